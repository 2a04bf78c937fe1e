// Runs mqtt_js_flows.js in Node against the broker of a URL; exits with 0 when all went well.
'use strict';
const flows = require('./mqtt_js_flows');

flows(require('mqtt'), process.argv[2]).catch((failed) => {
  console.error(failed);
  process.exit(1);
});
