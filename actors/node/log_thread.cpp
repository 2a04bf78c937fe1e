#include "log_thread.hpp"

#include <spdlog/sinks/sink.h>

#include <future>
#include <utility>

namespace troupe::log {

// Before the sinks of a logger, in the log's thread. The queue leaves out its oldest lines, so they are
// missing just before the line that comes next.
class gap_sink final : public spdlog::sinks::sink {
public:
  gap_sink(log_thread& owner, const std::vector<spdlog::sink_ptr>& sinks)
      : owner_(owner), out_("troupe", sinks.begin(), sinks.end()) {
    out_.set_level(spdlog::level::trace);
  }

  void log(const spdlog::details::log_msg& line) override {
    if (const auto all = owner_.left_out(); all != owner_.told_) {
      const auto gap = std::to_string(all - std::exchange(owner_.told_, all)) + ' ' + owner_.what_ +
                       " were left out: they came faster than they could be written";
      out_.log(line.time, {}, spdlog::level::warn, spdlog::string_view_t{gap});
    }
    out_.log(line.time, line.source, line.level, line.payload);
    unflushed_ = unflushed_ || line.level >= spdlog::level::info;
    if (unflushed_ && owner_.queue_->queue_size() == 0)
      flush();
  }

  void flush() override {
    unflushed_ = false;
    out_.flush();
  }

  void set_pattern(const std::string& pattern) override { out_.set_pattern(pattern); }
  void set_formatter(std::unique_ptr<spdlog::formatter> f) override { out_.set_formatter(std::move(f)); }

private:
  log_thread& owner_;
  spdlog::logger out_; // a sink that fails is no other one's concern
  bool unflushed_ = false;
};

namespace {

// The last one that is flushed.
class end_sink final : public spdlog::sinks::sink {
public:
  void log(const spdlog::details::log_msg&) override {}
  void flush() override { reached_.set_value(); }
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

  std::future<void> reached() { return reached_.get_future(); }

private:
  std::promise<void> reached_;
};

constexpr auto policy = spdlog::async_overflow_policy::overrun_oldest;

} // namespace

log_thread::log_thread(std::size_t most, std::string what)
    : what_(std::move(what)), queue_(std::make_shared<spdlog::details::thread_pool>(most, 1U)) {}

std::shared_ptr<spdlog::logger> log_thread::logger_to(const std::vector<spdlog::sink_ptr>& sinks) {
  return std::make_shared<spdlog::async_logger>("", std::make_shared<gap_sink>(*this, sinks), queue_, policy);
}

bool log_thread::flush(const spdlog::logger& logger, std::chrono::steady_clock::time_point end) {
  const auto last = std::make_shared<end_sink>();
  auto sinks = logger.sinks();
  sinks.push_back(last);
  const auto reached = last->reached();
  std::make_shared<spdlog::async_logger>("", sinks.begin(), sinks.end(), queue_, policy)->flush();
  return reached.wait_until(end) == std::future_status::ready;
}

} // namespace troupe::log
