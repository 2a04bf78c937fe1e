// Sends and receives at every QoS with 3.1.1 and 5.0 through the broker of a URL; exits with 0 when all came in order.
'use strict';
const assert = require('assert');
const mqtt = require('mqtt');
const url = process.argv[2];
const messages = 100;

function flow(protocolVersion, qos) {
  return new Promise((resolve, reject) => {
    const topic = `js/${protocolVersion}/${qos}`;
    const client = mqtt.connect(url, { protocolVersion, clientId: topic.replace(/\//g, '-') });
    const got = [];
    client.on('error', reject);
    client.on('message', (name, payload, packet) => {
      assert.strictEqual(name, topic);
      assert.strictEqual(packet.qos, qos);
      got.push(Number(payload.toString()));
      if (got.length === messages) {
        assert.deepStrictEqual(got, [...Array(messages).keys()]);
        client.end(false, {}, resolve);
      }
    });
    client.on('connect', () => client.subscribe(topic, { qos }, (failed, granted) => {
      if (failed) return reject(failed);
      assert.strictEqual(granted[0].qos, qos);
      for (let i = 0; i < messages; ++i) client.publish(topic, String(i), { qos });
    }));
  });
}

(async () => {
  for (const version of [4, 5])
    for (const qos of [0, 1, 2]) await flow(version, qos);
})().catch((failed) => {
  console.error(failed);
  process.exit(1);
});
