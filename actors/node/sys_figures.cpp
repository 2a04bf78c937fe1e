#include "sys_figures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace troupe {

using mqtt::metric;

namespace {

constexpr std::string_view prefix = "$SYS/broker/";

struct counted {
  std::string_view name;
  metric what;
};

// Mosquitto's `messages` are packets of any type.
constexpr std::array totals{
    counted{"messages/received", metric::packets_received},
    counted{"messages/sent", metric::packets_sent},
    counted{"publish/messages/received", metric::messages_received},
    counted{"publish/messages/sent", metric::messages_sent},
    counted{"publish/messages/dropped", metric::delivery_dropped},
    counted{"publish/bytes/received", metric::publish_bytes_received},
    counted{"publish/bytes/sent", metric::publish_bytes_sent},
    counted{"clients/expired", metric::clients_expired},
    counted{"bytes/received", metric::bytes_received},
    counted{"bytes/sent", metric::bytes_sent},
};

constexpr std::array loads{
    counted{"messages/received", metric::packets_received},
    counted{"messages/sent", metric::packets_sent},
    counted{"publish/received", metric::messages_received},
    counted{"publish/sent", metric::messages_sent},
    counted{"publish/dropped", metric::delivery_dropped},
    counted{"bytes/received", metric::bytes_received},
    counted{"bytes/sent", metric::bytes_sent},
    counted{"connections", metric::packets_connect_received},
};

std::string two_decimals(double value) {
  std::array<char, 64> text{};
  const int n = std::snprintf(text.data(), text.size(), "%.2f", value);
  return {text.data(), static_cast<std::size_t>(std::clamp(n, 0, static_cast<int>(text.size()) - 1))};
}

std::uint64_t stat(const sys_sample& sample, const char* name) {
  const auto i = sample.stats.find(name);
  return i == sample.stats.end() ? 0 : i->second;
}

} // namespace

std::vector<sys_value> emqx_figures(const sys_sample& sample) {
  std::vector<sys_value> out;
  out.reserve(sample.stats.size() + mqtt::metric_count);
  for (const auto& [name, value] : sample.stats)
    out.push_back({"stats/" + name, std::to_string(value)});
  for (std::size_t i = 0; i < mqtt::shown_metrics(sample.authenticating); ++i) {
    const auto m = static_cast<metric>(i);
    std::string topic = "metrics/";
    topic += to_string(m);
    std::replace(topic.begin(), topic.end(), '.', '/');
    out.push_back({std::move(topic), std::to_string(sample.counters[m])});
  }
  return out;
}

void load_average::update(std::uint64_t total, double seconds) {
  if (seconds <= 0)
    return;
  const double per_minute = static_cast<double>(total - std::min(total, before_)) * 60 / seconds;
  before_ = total;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const double weight_of_old = std::exp(-seconds / (60.0 * minutes[i]));
    values_[i] = per_minute + weight_of_old * (values_[i] - per_minute);
  }
}

void mosquitto_figures::put(std::vector<sys_value>& out, std::string_view name, std::string text) {
  std::string& last = last_[std::string{name}];
  if (last == text)
    return;
  last = text;
  out.push_back({std::string{prefix}.append(name), std::move(text)});
}

void mosquitto_figures::put_loads(std::vector<sys_value>& out, const sys_sample& sample, double seconds) {
  const auto put_one = [&](std::string_view name, std::uint64_t total) {
    load_average& load = loads_[name];
    load.update(total, seconds);
    for (std::size_t i = 0; i < load.values().size(); ++i)
      put(out, "load/" + std::string{name} + '/' + std::to_string(load_average::minutes[i]) + "min",
          two_decimals(load.values()[i]));
  };
  for (const auto& l : loads)
    put_one(l.name, sample.counters[l.what]);
  put_one("sockets", sample.sockets);
}

std::vector<sys_value> mosquitto_figures::changes(const sys_sample& sample, double seconds) {
  std::vector<sys_value> out;
  const auto number = [&](std::string_view name, std::uint64_t value) {
    put(out, name, std::to_string(value));
  };
  put(out, "version", "Troupe version " + sample.node.version);
  put(out, "uptime", std::to_string(sample.node.uptime_seconds) + " seconds");
  // Counted at different moments: a session may be missing for a connection.
  const auto connected = stat(sample, "connections.count");
  const auto total = std::max(connected, stat(sample, "sessions.count"));
  number("clients/total", total);
  number("clients/connected", connected);
  number("clients/active", connected); // its older name
  number("clients/disconnected", total - connected);
  number("clients/inactive", total - connected);
  number("clients/maximum", stat(sample, "connections.max"));
  for (const auto& t : totals)
    number(t.name, sample.counters[t.what]);
  const auto retained = stat(sample, "retained.count");
  number("messages/stored", sample.stored + retained);
  number("store/messages/count", sample.stored + retained); // its newer name
  number("retained messages/count", retained);
  number("subscriptions/count", stat(sample, "subscriptions.count"));
  number("shared_subscriptions/count", stat(sample, "subscriptions.shared.count"));
  heap_max_ = std::max(heap_max_, sample.heap);
  number("heap/current", sample.heap);
  number("heap/maximum", heap_max_);
  put_loads(out, sample, seconds);
  return out;
}

} // namespace troupe
