// What MQTT.js has to do wherever it runs: to send and receive at every QoS with 3.1.1 and 5.0, in order.
'use strict';
const messages = 100;

function equal(found, expected) {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`expected ${b}, found ${a}`);
}

function flow(mqtt, url, protocolVersion, qos) {
  return new Promise((resolve, reject) => {
    const topic = `js/${protocolVersion}/${qos}`;
    const client = mqtt.connect(url, { protocolVersion, clientId: topic.replace(/\//g, '-') });
    const got = [];
    client.on('error', reject);
    client.on('message', (name, payload, packet) => {
      try {
        equal([name, packet.qos], [topic, qos]);
        got.push(Number(payload.toString()));
        if (got.length < messages) return;
        equal(got, [...Array(messages).keys()]);
      } catch (failed) {
        reject(failed);
        return;
      }
      client.end(false, {}, resolve);
    });
    client.on('connect', () => client.subscribe(topic, { qos }, (failed, granted) => {
      if (failed || granted[0].qos !== qos) return reject(failed || new Error('another QoS was granted'));
      for (let i = 0; i < messages; ++i) client.publish(topic, String(i), { qos });
    }));
  });
}

module.exports = async (mqtt, url) => {
  for (const version of [4, 5])
    for (const qos of [0, 1, 2]) await flow(mqtt, url, version, qos);
};
