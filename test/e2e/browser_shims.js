// What MQTT.js expects of Node in a browser.
export { Buffer } from 'buffer';
export const process = {
  title: 'browser', env: {}, version: '', nextTick: (f, ...args) => queueMicrotask(() => f(...args))
};
