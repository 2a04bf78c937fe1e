// How many messages one thread puts through a rule's SQL, without a broker.
#include "load_scenarios.hpp"
#include "troupe/rules/query.hpp"

#include <array>
#include <chrono>
#include <string_view>
#include <utility>

namespace load {

namespace {

using namespace troupe::rules;

// A message as rules see it, all of its columns at hand.
class sample final : public event {
public:
  explicit sample(std::string_view payload) : payload_(payload) {}

  std::span<const column> columns() const override {
    static constexpr std::array all{column::event,    column::timestamp, column::node,    column::id,
                                    column::clientid, column::username,  column::payload, column::topic,
                                    column::qos,      column::peerhost};
    return all;
  }

  value at(column c, arena& /*memory*/) const override {
    using namespace std::string_view_literals;
    switch (c) {
      case column::event: return value{"message.publish"sv};
      case column::timestamp: return value{std::int64_t{1'600'000'000'000}};
      case column::node: return value{"emqx@127.0.0.1"sv};
      case column::id: return value{"0005AF0A2C2B1B2CF4410000019B0000"sv};
      case column::clientid: return value{"sensor-17"sv};
      case column::payload: return value{payload_};
      case column::topic: return value{"t/17"sv};
      case column::qos: return value{std::int64_t{1}};
      case column::peerhost: return value{"127.0.0.1"sv};
      default: return {};
    }
  }

private:
  std::string_view payload_;
};

// 100 bytes.
constexpr std::string_view payload =
    R"({"temp":31.5,"hum":48,"id":"sensor-0017","site":"north","ok":true,"seq":1234567,"pos":[12.5,47.1]})";

constexpr std::pair<std::string_view, std::string_view> queries[] = {
    {"filter", R"(SELECT payload.temp AS t, clientid FROM "t/#" WHERE payload.temp > 30)"},
    {"columns", R"(SELECT clientid, topic FROM "t/#" WHERE qos > 0)"},
    {"star", R"(SELECT * FROM "t/#")"},
    {"foreach", R"(FOREACH payload.pos AS p DO p AS v, clientid FROM "t/#")"},
};

double messages_per_second(const query& q, double seconds) {
  using clock = std::chrono::steady_clock;
  const sample message{payload};
  workspace w;
  const auto start = clock::now();
  const auto end = start + std::chrono::duration<double>(seconds);
  unsigned long done = 0;
  auto now = start;
  for (; now < end; now = clock::now())
    for (int i = 0; i < 1000; ++i)
      done += q.run(message, w).matched() ? 1 : 0;
  return static_cast<double>(done) / std::chrono::duration<double>(now - start).count();
}

} // namespace

bool run_sql(const options& o, report& r) {
  for (const auto& [name, sql] : queries)
    r.add(std::string{name} + "_messages_per_s",
          messages_per_second(std::get<query>(query::parse(sql)), o.duration));
  return true;
}

} // namespace load
