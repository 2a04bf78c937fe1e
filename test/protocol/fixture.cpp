#include "protocol/fixture.hpp"

#include "support/packet_text.hpp"

#include <csignal>

namespace troupe::mqtt {

std::ostream& boost_test_print_type(std::ostream& out, reason_code reason) {
  return out << to_string(reason) << " (" << static_cast<int>(reason) << ')';
}

std::ostream& boost_test_print_type(std::ostream& out, qos level) { return out << static_cast<int>(level); }

} // namespace troupe::mqtt

namespace troupe::test {

namespace {

suite_broker* current = nullptr;

} // namespace

suite_broker::suite_broker(std::string configuration) : broker_(std::move(configuration)) { current = this; }

suite_broker::~suite_broker() noexcept(false) {
  current = nullptr;
  BOOST_TEST_REQUIRE(broker_.running(), "the broker ended during the suite; its log: " + broker_.log());
  const int status = broker_.terminate(seconds{10});
  BOOST_TEST(status == 0, "the broker ended with " << status << "; its log: " << broker_.log());
}

broker_process& suite_broker::get() {
  if (current == nullptr)
    throw unexpected{"the suite has no broker"};
  return current->broker_;
}

std::string unique(std::string_view suffix) {
  static int count = 0;
  std::string name = boost::unit_test::framework::current_test_case().p_name;
  return name + '.' + std::to_string(++count) + '/' + std::string{suffix};
}

mqtt_client client(protocol_version version) { return client(connect_options{}, version); }

mqtt_client client(connect_options options, protocol_version version) {
  if (options.client_id.empty())
    options.client_id = unique("client");
  return connected(port(), std::move(options), version);
}

connect_options persistent(std::string client_id, protocol_version version) {
  connect_options options{.client_id = std::move(client_id), .clean = false};
  if (version == v5)
    options.properties.number(property::session_expiry_interval, 3600);
  return options;
}

void expect_fence(mqtt_client& to, mqtt_client& from, std::string_view topic) {
  from.publish(topic, "fence");
  BOOST_TEST(brief(to.expect<mqtt::publish>()) == std::string{topic} + " fence 0");
}

std::string reasons(const mqtt::suback& answer) {
  std::string text;
  for (const auto reason : answer.reasons)
    text += to_hex(std::string(1, static_cast<char>(reason)));
  if (!text.empty())
    text.pop_back();
  return text;
}

std::string brief(const mqtt::publish& message) {
  std::string text{message.topic};
  text.append(" ").append(message.payload).append(" ") += std::to_string(static_cast<int>(message.level));
  text += message.dup ? " dup" : "";
  text += message.retain ? " retain" : "";
  return text;
}

} // namespace troupe::test
