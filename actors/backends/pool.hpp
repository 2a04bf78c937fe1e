// Asks a back end by threads of their own, so that nobody else waits for it. An actor hands questions to its
// workers (detached actors, one connection each), queues what they cannot take yet, and stops asking while
// the back end is down: then every question is answered at once, and probes find out when it is up again.
#pragma once

#include "../shard/log_limiter.hpp"
#include "troupe/actors/alarm_messages.hpp"
#include "troupe/actors/backend_messages.hpp"
#include "troupe/actors/http_client.hpp"
#include "troupe/actors/log.hpp"
#include "worker.hpp"

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace troupe {

template <class Question, class Answer>
using worker_factory = std::function<std::shared_ptr<backend_worker<Question, Answer>>()>;

/// Runs one connection in its own thread.
template <class Question, class Answer>
class pool_worker final
    : public caf::typed_actor<typename caf::replies_to<Question>::template with<Answer>,
                              caf::replies_to<probe_backend>::with<backend_probed>>::base {
public:
  using handle = caf::typed_actor<typename caf::replies_to<Question>::template with<Answer>,
                                  caf::replies_to<probe_backend>::with<backend_probed>>;

  pool_worker(caf::actor_config& c, std::shared_ptr<backend_worker<Question, Answer>> work)
      : handle::base(c), work_(std::move(work)) {}

  const char* name() const override { return "pool_worker"; }

protected:
  typename handle::behavior_type make_behavior() override {
    return {[this](const Question& q) {
              Answer answer;
              attempt([&] { answer = work_->ask(q); });
              return answer;
            },
            [this](const probe_backend&) {
              backend_probed probed;
              attempt([&] { probed.up = work_->probe(); });
              return probed;
            }};
  }

private:
  // Answers what can be answered, and ends when something was thrown.
  template <class F>
  void attempt(F&& f) {
    try {
      f();
    } catch (const std::exception& e) {
      this->quit(caf::make_error(caf::sec::runtime_error, e.what()));
    } catch (...) {
      this->quit(caf::make_error(caf::sec::runtime_error, "unknown exception"));
    }
  }

  std::shared_ptr<backend_worker<Question, Answer>> work_;
};

template <class Question, class Answer>
class pool final : public caf::typed_actor<typename caf::replies_to<Question>::template with<Answer>,
                                           caf::replies_to<backend_query>::with<backend_figures>,
                                           caf::reacts_to<probe_tick>>::base {
public:
  using handle =
      caf::typed_actor<typename caf::replies_to<Question>::template with<Answer>,
                       caf::replies_to<backend_query>::with<backend_figures>, caf::reacts_to<probe_tick>>;
  using worker_type = pool_worker<Question, Answer>;
  using promise_type = caf::typed_response_promise<Answer>;

  pool(caf::actor_config& c, pool_settings settings, worker_factory<Question, Answer> make,
       alarms_actor alarms)
      : handle::base(c),
        settings_(std::move(settings)),
        make_(std::move(make)),
        alarms_(std::move(alarms)),
        next_probe_(settings_.first_probe) {
    this->set_down_handler([this](caf::down_msg& m) { on_down(m); });
  }

  const char* name() const override { return "pool"; }

  void on_exit() override {
    for (auto& j : jobs_)
      give_up(j.promise, "it was stopped");
    jobs_.clear();
    for (auto& m : members_) {
      if (m.asked)
        give_up(*m.asked, "it was stopped before it had an answer");
      retire(m);
    }
    members_.clear();
    tell_up();
    tell_works();
  }

protected:
  typename handle::behavior_type make_behavior() override {
    this->send(self(), probe_tick{}); // an alarm need not wait for the first question
    return {[this](Question& q) { return take(q); }, [this](const backend_query&) { return figures(); },
            [this](const probe_tick&) { tick(); }};
  }

private:
  using clock = std::chrono::steady_clock;

  struct job {
    Question question;
    promise_type promise;
    clock::time_point due; // nobody waits for it any longer
  };

  struct member {
    typename worker_type::handle actor;
    std::shared_ptr<backend_worker<Question, Answer>> work;
    bool busy = false;
    std::optional<promise_type> asked = {}; // whose question it works on
  };

  handle self() { return caf::actor_cast<handle>(this->ctrl()); }

  static Answer unreached(const std::string& why) {
    Answer a;
    a.error = why;
    return a;
  }

  // -- questions --------------------------------------------------------------------------------------

  caf::result<Answer> take(Question& q) {
    if (!up_)
      return unreached(settings_.name + " is down");
    if (jobs_.size() >= settings_.most_waiting)
      return refuse();
    auto promise = this->template make_response_promise<Answer>();
    jobs_.push_back({std::move(q), promise, clock::now() + settings_.longest});
    work_off();
    return promise;
  }

  Answer refuse() {
    ++refused_;
    if (lines_.next(now_ms()))
      log::warning("[Back end] {} is too slow: {} questions were refused", settings_.name, refused_);
    return unreached(settings_.name + " has too many questions already");
  }

  void work_off() {
    while (!jobs_.empty()) {
      if (jobs_.front().due <= clock::now()) {
        give_up(jobs_.front().promise, "no thread was free in time");
        jobs_.pop_front();
        continue;
      }
      auto* m = idle_member();
      if (m == nullptr)
        return;
      auto next = std::move(jobs_.front());
      jobs_.pop_front();
      run(*m, std::move(next));
    }
  }

  void run(member& m, job next) {
    m.busy = true;
    m.asked = next.promise;
    auto promise = next.promise;
    this->request(m.actor, settings_.longest, std::move(next.question))
        .then(
            [this, promise, actor = m.actor, crashes = crashes_](Answer& a) mutable {
              if (a.reached || !a.error.empty()) {
                heard(a.reached, a.error);
                if (a.reached && crashes == crashes_)
                  tell_works();
              } else {
                a.error = "its worker has crashed"; // which says nothing about the back end
              }
              promise.deliver(std::move(a));
              release(actor);
            },
            [this, promise, actor = m.actor](const caf::error&) mutable {
              heard(false, "no answer in time");
              promise.deliver(unreached("no answer in time"));
              drop(actor);
              work_off();
            });
  }

  void give_up(promise_type& promise, const char* why) {
    ++failed_;
    promise.deliver(unreached(why));
  }

  backend_figures figures() const { return {up_, members_.size(), jobs_.size(), refused_, failed_}; }

  // -- workers ----------------------------------------------------------------------------------------

  member* find(const typename worker_type::handle& actor) {
    const auto i =
        std::find_if(members_.begin(), members_.end(), [&](const member& m) { return m.actor == actor; });
    return i == members_.end() ? nullptr : &*i;
  }

  member* idle_member() {
    const auto i = std::find_if(members_.begin(), members_.end(), [](const member& m) { return !m.busy; });
    if (i != members_.end())
      return &*i;
    if (members_.size() >= settings_.workers)
      return nullptr;
    auto work = make_();
    auto actor = this->system().template spawn<worker_type, caf::detached>(work);
    this->monitor(actor);
    return &members_.emplace_back(member{std::move(actor), std::move(work)});
  }

  void release(const typename worker_type::handle& actor) {
    if (auto* m = find(actor)) {
      m->busy = false;
      m->asked.reset();
    }
    work_off();
  }

  void retire(member& m) {
    m.work->interrupt();
    caf::anon_send_exit(m.actor, caf::exit_reason::user_shutdown);
  }

  void drop(const typename worker_type::handle& actor) {
    if (auto* m = find(actor)) {
      retire(*m);
      std::erase_if(members_, [&](const member& each) { return each.actor == actor; });
    }
  }

  // One that was not told to end has thrown something.
  void on_down(const caf::down_msg& down) {
    const auto before = members_.size();
    std::erase_if(members_, [&](const member& m) { return m.actor.address() == down.source; });
    if (members_.size() == before)
      return;
    const auto why = this->system().render(down.reason);
    ++crashes_;
    if (const auto left_out = crash_lines_.next(now_ms())) { // it may crash with each question
      log::error("[Back end] a worker of {} has crashed: {}{}", settings_.name, log::printable(why),
                 left_out_note(*left_out));
      if (!std::exchange(crash_told_, true) && alarms_)
        this->send(alarms_, raise_alarm{alarm_kind::plugin, settings_.name, {}, {{"error", why}}});
    }
    work_off();
  }

  // -- up and down -------------------------------------------------------------------------------------

  void heard(bool reached, const std::string& error) {
    failed_ += reached ? 0 : 1;
    if (reached)
      on_up();
    else
      on_silence(error);
  }

  void on_up() {
    next_probe_ = settings_.first_probe;
    if (!std::exchange(up_, true)) {
      log::info("[Back end] {} answers again", settings_.name);
      tell_up();
    }
  }

  // A question that was asked after the last crash has its answer.
  void tell_works() {
    if (std::exchange(crash_told_, false) && alarms_)
      this->send(alarms_, clear_alarm{alarm_kind::plugin, settings_.name});
  }

  void on_silence(const std::string& error) {
    if (!std::exchange(up_, false))
      return;
    log::warning("[Back end] {} does not answer: {}", settings_.name, log::printable(error));
    if (alarms_)
      this->send(alarms_, raise_alarm{alarm_kind::resource, settings_.name, {}, {{"type", settings_.type}}});
    for (auto& j : jobs_)
      give_up(j.promise, "it is down");
    jobs_.clear();
    probe_later();
  }

  void tell_up() {
    if (alarms_)
      this->send(alarms_, clear_alarm{alarm_kind::resource, settings_.name});
  }

  void probe_later() {
    if (std::exchange(probe_due_, true))
      return;
    this->delayed_send(self(), next_probe_, probe_tick{});
    next_probe_ = std::min(next_probe_ * 2, settings_.last_probe);
  }

  // Two ticks are on their way at most: that of the refreshment, and that of `probe_later`.
  void tick() {
    if (settings_.refresh.count() == 0 || clock::now() < refresh_at_) {
      probe_due_ = false;
      probe();
      return;
    }
    refresh_at_ = clock::now() + settings_.refresh;
    this->delayed_send(self(), settings_.refresh, probe_tick{});
    const bool asked = std::any_of(members_.begin(), members_.end(), [](const member& m) { return m.busy; });
    if (up_ && !asked)
      probe();
  }

  void probe() {
    auto* m = idle_member();
    if (m == nullptr) { // whoever works on a question will tell
      if (!up_)
        probe_later();
      return;
    }
    m->busy = true;
    this->request(m->actor, settings_.longest, probe_backend{})
        .then(
            [this, actor = m->actor](const backend_probed& p) {
              probed(p.up);
              release(actor);
            },
            [this, actor = m->actor](const caf::error&) {
              probed(false);
              drop(actor);
            });
  }

  void probed(bool up) {
    if (up)
      on_up();
    else if (up_)
      on_silence("it cannot be reached");
    else
      probe_later();
  }

  static std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock::now().time_since_epoch()).count();
  }

  pool_settings settings_;
  worker_factory<Question, Answer> make_;
  alarms_actor alarms_; // null: nobody is told
  std::vector<member> members_;
  std::deque<job> jobs_;
  std::chrono::milliseconds next_probe_;
  clock::time_point refresh_at_{};
  log_limiter lines_, crash_lines_;
  std::uint64_t refused_ = 0, failed_ = 0;
  bool up_ = true;
  std::uint64_t crashes_ = 0;
  bool crash_told_ = false; // its alarm is up
  bool probe_due_ = false;  // a probe_tick is on its way
};

} // namespace troupe
