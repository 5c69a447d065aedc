"use strict";
Report.start().catch((problem) => Report.say(problem.message));
