#include "retainer.hpp"

#include "troupe/mqtt/topic.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <limits>

namespace troupe {

namespace {

constexpr std::size_t work_per_request = 4096; // topics that one request may look at
constexpr std::size_t bytes_per_request = 256 * 1024;
constexpr std::size_t all_bytes = std::numeric_limits<std::size_t>::max(); // where no message is sent
constexpr std::size_t work_per_sweep = 4096;
constexpr std::chrono::milliseconds sweep_interval{1'000};

} // namespace

retainer::retainer(caf::actor_config& config, shard& home, std::vector<mqtt::message_ptr> stored)
    : pinned(config, home),
      store_({home.node().config->retainer.max_retained_messages,
              home.node().config->retainer.max_payload_size,
              home.node().config->retainer.expiry_interval.count()}) {
  if (home.node().config->retainer.on_disc)
    writer_ = std::make_unique<message_writer<retainer>>(*this, home, store_kind::retained);
  for (auto& message : stored)
    store_.restore(std::move(message));
  max_ = store_.size();
}

retainer::behavior_type retainer::make_behavior() {
  sweep_later(sweep_interval);
  return {
      [this](retain_message& m) { retain(m); },
      [this](retained_request& m) { look_up(m); },
      [this](const sweep_tick&) { sweep(); },
      [this](const flush_unwritten&) {
        return answer_flush(writer_.get(), make_response_promise<flushed>());
      },
      [this](retained_query& m) { return list(m); },
      [this](remove_retained& m) { return remove(m); },
      [this](const retained_figures_query&) {
        return retained_figures{store_.size(), store_.bytes(), max_};
      },
      [this](const limit_retained& m) {
        store_.set_limits({m.max_messages, m.max_payload_size, m.expiry});
        return switched{};
      },
  };
}

void retainer::retain(retain_message& m) {
  home().give_back(m.from, {1, m.message->footprint()});
  if (m.message->payload().empty())
    forget(m.message->topic());
  else
    keep(std::move(m.message));
  max_ = std::max<std::uint64_t>(max_, store_.size());
  if (writer_)
    writer_->send();
}

// The broker's own are made anew at each start.
void retainer::keep(mqtt::message_ptr message) {
  if (!writer_ || mqtt::of_the_broker(*message)) {
    store_.store(std::move(message));
  } else if (store_.store(message) != mqtt::retained_store::result::refused) {
    const auto topic = message->topic();
    writer_->note(topic, std::move(message));
  }
}

void retainer::forget(std::string_view topic) {
  if (store_.erase(topic) && writer_)
    writer_->note(topic, nullptr);
}

void retainer::look_up(retained_request& m) {
  retained_chunk chunk;
  const auto filter = std::string_view{m.filter}.substr(mqtt::subscription_prefix(m.filter).size());
  chunk.done = store_.next(filter, m.cursor, {m.limit, bytes_per_request, work_per_request}, home().wall(),
                           chunk.messages);
  chunk.cursor = std::move(m.cursor);
  caf::anon_send(m.session, std::move(chunk));
}

retained_page retainer::list(retained_query& m) {
  std::vector<mqtt::message_ptr> found;
  retained_page page;
  const mqtt::retained_store::slice bounds{m.skip + m.limit, all_bytes, work_per_request};
  page.done = store_.next(m.filter, m.cursor, bounds, home().wall(), found);
  page.cursor = std::move(m.cursor);
  page.skipped = std::min(m.skip, found.size());
  for (std::size_t i = page.skipped; i < found.size(); ++i) {
    const auto& message = *found[i];
    page.rows.push_back({std::string{message.topic()}, message.from() ? message.from()->client_id : "",
                         static_cast<int>(message.level()), message.payload().size(), message.timestamp()});
  }
  return page;
}

retained_removed retainer::remove(remove_retained& m) {
  std::vector<mqtt::message_ptr> found;
  retained_removed answer;
  const mqtt::retained_store::slice bounds{work_per_request, all_bytes, work_per_request};
  answer.done = store_.next(m.filter, m.cursor, bounds, home().wall(), found);
  answer.cursor = std::move(m.cursor);
  answer.messages = found.size();
  for (const auto& message : found)
    forget(message->topic());
  if (writer_)
    writer_->send();
  return answer;
}

void retainer::sweep() {
  std::vector<mqtt::message_ptr> removed;
  store_.sweep(swept_, work_per_sweep, home().wall(), removed);
  if (writer_ && !removed.empty()) {
    for (const auto& message : removed)
      writer_->note(message->topic(), nullptr);
    writer_->send();
  }
  // Goes on soon where a round is not complete: expired messages do not pile up.
  sweep_later(swept_.started ? std::chrono::milliseconds{100} : sweep_interval);
}

void retainer::sweep_later(std::chrono::milliseconds delay) {
  delayed_send(caf::actor_cast<retainer_actor>(ctrl()), delay, sweep_tick{});
}

} // namespace troupe
