#include "troupe/mqtt/topic_metrics.hpp"

#include <algorithm>

namespace troupe::mqtt {

topic_metrics_table::result topic_metrics_table::add(std::string_view topic) {
  if (topics_.find(topic) != topics_.end())
    return result::present;
  if (topics_.size() >= max_topics)
    return result::full;
  topics_.emplace(topic, std::make_shared<topic_counters>());
  return result::added;
}

bool topic_metrics_table::remove(std::string_view topic) {
  const auto i = topics_.find(topic);
  if (i == topics_.end())
    return false;
  topics_.erase(i);
  return true;
}

std::string_view to_string(topic_figure f) noexcept {
  static constexpr std::array<std::string_view, topic_figure_count> names{
      "messages.in",       "messages.out",     "messages.qos0.in",  "messages.qos0.out", "messages.qos1.in",
      "messages.qos1.out", "messages.qos2.in", "messages.qos2.out", "messages.dropped"};
  return names[static_cast<std::size_t>(f)];
}

topic_figures read(const topic_counters& c) noexcept {
  topic_figures f{};
  const auto at = [&f](topic_figure name) -> std::uint64_t& { return f[static_cast<std::size_t>(name)]; };
  for (std::size_t level = 0; level < c.in.size(); ++level) {
    const auto in = c.in[level].load(std::memory_order_relaxed);
    const auto out = c.out[level].load(std::memory_order_relaxed);
    f[static_cast<std::size_t>(topic_figure::qos0_in) + 2 * level] = in;
    f[static_cast<std::size_t>(topic_figure::qos0_out) + 2 * level] = out;
    at(topic_figure::messages_in) += in;
    at(topic_figure::messages_out) += out;
  }
  at(topic_figure::dropped) = c.dropped.load(std::memory_order_relaxed);
  return f;
}

void rate_window::sample(const topic_figures& now) noexcept {
  newest_ = (newest_ + 1) % ring_.size();
  ring_[newest_] = now;
  filled_ = std::min(filled_ + 1, ring_.size());
}

double rate_window::rate(topic_figure f) const noexcept {
  if (filled_ < 2)
    return 0;
  const auto i = static_cast<std::size_t>(f);
  const auto spans = filled_ - 1;
  const auto oldest = (newest_ + ring_.size() - spans) % ring_.size();
  return static_cast<double>(ring_[newest_][i] - ring_[oldest][i]) / static_cast<double>(spans);
}

} // namespace troupe::mqtt
