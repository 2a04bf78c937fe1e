// Runs mqtt_js_flows.js, and what only a browser does, in a page; POSTs the outcome to the page's own server.
'use strict';
const flows = require('./mqtt_js_flows');

// The closing handshake as the browser sees it.
function closes(url) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, ['chat', 'mqtt']);
    socket.onopen = () => {
      if (socket.protocol !== 'mqtt') reject(new Error(`the subprotocol is ${socket.protocol}`));
      socket.close(4000, 'bye');
    };
    socket.onclose = (event) =>
      event.wasClean && event.code === 4000 ? resolve() : reject(new Error(`closed with ${event.code}`));
  });
}

(async () => {
  let outcome = 'ok';
  try {
    for (const url of new URLSearchParams(location.search).getAll('broker')) {
      await flows(require('mqtt'), url);
      await closes(url);
    }
  } catch (failed) {
    outcome = String(failed && failed.stack);
  }
  await fetch('/outcome', { method: 'POST', body: outcome });
})();
