// Asks a back end by threads of their own, so that nobody else waits for it. An actor hands questions to its
// workers (detached actors, one connection each), queues what they cannot take yet, and stops asking while
// the back end is down: then every question is answered at once, or kept for some time, as the settings say,
// and probes find out when it is up again. A question that is not answered while others are says nothing
// about the back end; a silent one that a probe finds there is asked on, for else one peer's question that it
// cannot answer would stand for all. Those that are kept are also asked again when the connection was closed
// before the answer. One that retires leaves what waits to its successor.
#pragma once

#include "job_queue.hpp"
#include "pool_worker.hpp"
#include "troupe/actors/alarm_messages.hpp"
#include "troupe/actors/backend_messages.hpp"
#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/http_client.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/log_limiter.hpp"
#include "troupe/actors/time_text.hpp"

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace troupe {

template <class Question, class Answer>
using worker_factory = std::function<std::shared_ptr<backend_worker<Question, Answer>>()>;

template <class Question, class Answer>
using pool_handle =
    caf::typed_actor<typename caf::replies_to<Question>::template with<Answer>,
                     caf::replies_to<backend_query>::with<backend_figures>, caf::reacts_to<retire_pool>,
                     caf::reacts_to<probe_tick>, caf::reacts_to<pool_due>>;

template <class Question, class Answer>
class pool final : public resilient<pool_handle<Question, Answer>> {
public:
  using handle = pool_handle<Question, Answer>;
  using worker_type = pool_worker<Question, Answer>;
  using promise_type = caf::typed_response_promise<Answer>;

  pool(caf::actor_config& c, pool_settings settings, worker_factory<Question, Answer> make,
       alarms_actor alarms)
      : resilient<handle>(c),
        settings_(std::move(settings)),
        make_(std::move(make)),
        alarms_(std::move(alarms)),
        jobs_(settings_.most_waiting, settings_.most_bytes),
        next_probe_(settings_.first_probe) {
    this->set_down_handler([this](caf::down_msg& m) { on_down(m); });
  }

  const char* name() const override { return "pool"; }

  void on_exit() override {
    give_up_all("it was stopped");
    for (auto& m : members_) {
      if (m.asked)
        give_up(m.asked->promise, "it was stopped before it had an answer");
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
            [this](const retire_pool& m) { retire(m); }, [this](const probe_tick&) { tick(); },
            [this](const pool_due& m) { look_at_jobs(m.number); }};
  }

private:
  using clock = std::chrono::steady_clock;

  struct job {
    std::uint64_t number;
    clock::time_point due; // nobody waits for it any longer
    std::size_t bytes;
    Question question;
    promise_type promise;
    std::size_t repeats = 0;         // after a connection that was closed
    clock::time_point asked_at = {}; // the last time
  };
  using job_ptr = std::shared_ptr<job>;

  struct member {
    typename worker_type::handle actor;
    std::shared_ptr<backend_worker<Question, Answer>> work;
    bool busy = false;
    job_ptr asked = {}; // what it works on; null: nothing, or a probe
  };

  handle self() { return caf::actor_cast<handle>(this->ctrl()); }

  static std::size_t bytes_of(const Question& q) {
    std::size_t all = 0;
    if constexpr (requires { q.body; })
      all = q.target.size() + q.body.size();
    else if constexpr (requires { q.values; })
      for (const auto& v : q.values)
        all += v ? v->size() : 0;
    return all;
  }

  static Answer unreached(const std::string& why) {
    Answer a;
    a.error = why;
    return a;
  }

  // -- questions --------------------------------------------------------------------------------------

  bool keeps() const noexcept { return settings_.keep.count() > 0; }

  caf::result<Answer> take(Question& q) {
    if (successor_)
      return this->template make_response_promise<Answer>().delegate(successor_, std::move(q));
    if (!asks_ && !keeps())
      return unreached(settings_.name + " is down");
    const auto bytes = bytes_of(q);
    if (!jobs_.has_room(bytes))
      return refuse();
    auto promise = this->template make_response_promise<Answer>();
    jobs_.add({next_number_++, clock::now() + (keeps() ? settings_.keep : settings_.longest), bytes,
               std::move(q), promise});
    work_off();
    return promise;
  }

  Answer refuse() {
    ++refused_;
    if (lines_.next(steady_ms()))
      log::warning("[Back end] {} is {}: {} questions were refused", settings_.name,
                   up_ ? "too slow" : "down", refused_);
    return unreached(settings_.name + " has too many questions already");
  }

  // Its alarms are the successor's from now on.
  void retire(const retire_pool& m) {
    tell_up();
    tell_works();
    alarms_ = nullptr;
    successor_ = caf::actor_cast<handle>(m.successor);
    hand_over();
  }

  void hand_over() {
    jobs_.wake_all();
    while (jobs_.has_next()) {
      auto j = jobs_.take_next();
      j.promise.delegate(successor_, std::move(j.question));
    }
  }

  void work_off() {
    if (successor_) {
      hand_over(); // what was to be asked again
      return;
    }
    while (auto late = jobs_.take_overdue(clock::now()))
      give_up(late->promise, up_ ? "no thread was free in time" : "it was down for too long");
    look_later();
    while (asks_ && jobs_.has_next()) {
      auto* m = idle_member();
      if (m == nullptr)
        break;
      run(*m, std::make_shared<job>(jobs_.take_next()));
    }
  }

  void run(member& m, job_ptr next) {
    m.busy = true;
    m.asked = next;
    next->asked_at = clock::now();
    auto question = keeps() ? next->question : std::move(next->question);
    this->request(m.actor, settings_.longest, std::move(question))
        .then(
            [this, next, actor = m.actor, work = m.work, crashes = crashes_](Answer& a) {
              if (work->crashed())
                settle_crash(*next, a);
              else
                settle(*next, a, crashes);
              release(actor);
            },
            [this, next, actor = m.actor](const caf::error&) {
              heard(false, "no answer in time", next->asked_at);
              next->promise.deliver(unreached("no answer in time"));
              drop(actor);
              work_off();
            });
  }

  void settle(job& j, Answer& a, std::uint64_t crashes_before) {
    if (keep(j, a))
      return;
    heard(a.reached, a.error, j.asked_at);
    if (a.reached && crashes_before == crashes_)
      tell_works();
    j.promise.deliver(std::move(a));
  }

  // Which says nothing about the back end.
  static void settle_crash(job& j, Answer& a) {
    a.error = "its worker has crashed";
    j.promise.deliver(std::move(a));
  }

  // Whether the question waits for another turn.
  bool keep(job& j, const Answer& a) {
    if constexpr (requires { a.again; }) {
      if (!keeps() || a.reached || j.due <= clock::now())
        return false;
      if (a.again == ask_again::when_up) {
        jobs_.add(std::move(j));
        on_silence(a.error);
        return true;
      }
      if (a.again == ask_again::soon && j.repeats < settings_.pauses.size()) {
        const auto when = clock::now() + settings_.pauses[j.repeats++];
        jobs_.add_later(std::move(j), when);
        return true;
      }
    }
    return false;
  }

  void give_up(promise_type& promise, const char* why) {
    ++failed_;
    promise.deliver(unreached(why));
  }

  void give_up_all(const char* why) {
    jobs_.wake_all();
    while (jobs_.has_next()) {
      auto j = jobs_.take_next();
      give_up(j.promise, why);
    }
  }

  // One timer counts at a time, the one with the last number.
  void look_later() {
    const auto at = jobs_.next_event();
    if (!at || (looks_at_ && *looks_at_ <= *at))
      return;
    looks_at_ = at;
    const auto pause = std::chrono::ceil<std::chrono::milliseconds>(*at - clock::now());
    this->delayed_send(self(), std::max(pause, std::chrono::milliseconds{0}), pool_due{++looks_});
  }

  void look_at_jobs(std::uint64_t number) {
    if (number != looks_)
      return;
    looks_at_.reset();
    jobs_.wake(clock::now());
    work_off();
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
    try {
      return &fresh_member();
    } catch (const std::exception& e) {
      probe_later(); // there may be a thread by then
      if (const auto left_out = spawn_lines_.next(steady_ms()))
        log::error("[Back end] {} gets no more workers: {}{}", settings_.name, log::printable(e.what()),
                   left_out_note(*left_out));
      return nullptr;
    }
  }

  member& fresh_member() {
    auto work = make_();
    std::thread{[] {}}.join(); // a spawn without a thread leaves an actor behind that never ends
    auto actor = this->system().template spawn<worker_type, caf::detached>(work);
    this->monitor(actor);
    return members_.emplace_back(member{std::move(actor), std::move(work)});
  }

  // One that has crashed is about to end: it gets nothing to do any more.
  void release(const typename worker_type::handle& actor) {
    if (auto* m = find(actor)) {
      m->busy = m->work->crashed();
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
    if (const auto left_out = crash_lines_.next(steady_ms())) { // it may crash with each question
      log::error("[Back end] a worker of {} has crashed: {}{}", settings_.name, log::printable(why),
                 left_out_note(*left_out));
      if (!std::exchange(crash_told_, true) && alarms_)
        this->send(alarms_, raise_alarm{alarm_kind::plugin, settings_.name, {}, {{"error", why}}});
    }
    work_off();
  }

  // -- up and down -------------------------------------------------------------------------------------

  void heard(bool reached, const std::string& error, clock::time_point asked_at) {
    failed_ += reached ? 0 : 1;
    if (reached) {
      answered_at_ = clock::now();
      on_up();
    } else if (answered_at_ < asked_at) {
      on_silence(error);
    }
  }

  void on_up() {
    asks_ = true;
    next_probe_ = settings_.first_probe;
    if (!std::exchange(up_, true)) {
      log::info("[Back end] {} answers again", settings_.name);
      tell_up();
      jobs_.wake_all(); // in the order in which they came
    }
  }

  // A question that was asked after the last crash has its answer.
  void tell_works() {
    if (std::exchange(crash_told_, false) && alarms_)
      this->send(alarms_, clear_alarm{alarm_kind::plugin, settings_.name});
  }

  // A question was not answered, nor any other meanwhile.
  void on_silence(const std::string& error) {
    if (!up_)
      return;
    go_down(error);
    if (!keeps()) {
      probe(true);
      return;
    }
    asks_ = false;
    probe_later();
  }

  void go_down(const std::string& error) {
    up_ = false;
    log::warning("[Back end] {} does not answer: {}", settings_.name, log::printable(error));
    raise(error);
  }

  // It is down for another reason than it was.
  void on_other_silence(const std::string& error) {
    if (const auto left_out = reason_lines_.next(steady_ms()))
      log::warning("[Back end] {} still does not answer: {}{}", settings_.name, log::printable(error),
                   left_out_note(*left_out));
    raise(error);
  }

  void raise(const std::string& error) {
    why_ = error;
    if (alarms_)
      this->send(alarms_, raise_alarm{alarm_kind::resource,
                                      settings_.name,
                                      {},
                                      {{"id", settings_.name}, {"type", settings_.type}, {"reason", error}}});
  }

  void tell_up() {
    if (alarms_)
      this->send(alarms_, clear_alarm{alarm_kind::resource, settings_.name});
  }

  void probe_later() {
    if (std::exchange(probe_due_, true))
      return;
    probe_at_ = clock::now() + next_probe_;
    this->delayed_send(self(), next_probe_, probe_tick{});
    next_probe_ = std::min(next_probe_ * 2, settings_.last_probe);
  }

  // Two ticks are on their way at most: that of the refreshment, and that of `probe_later`. One that comes
  // before the latter is somebody else's.
  void tick() {
    if (successor_)
      return;
    if (settings_.refresh.count() == 0 || clock::now() < refresh_at_) {
      probe_due_ = probe_due_ && clock::now() < probe_at_;
      probe();
      return;
    }
    refresh_at_ = clock::now() + settings_.refresh;
    this->delayed_send(self(), settings_.refresh, probe_tick{});
    const bool asked = std::any_of(members_.begin(), members_.end(), [](const member& m) { return m.busy; });
    if (up_ && !asked)
      probe();
  }

  void probe(bool after_silence = false) {
    auto* m = idle_member();
    if (m == nullptr) { // whoever works on a question will tell
      if (!up_)
        probe_later();
      return;
    }
    m->busy = true;
    this->request(m->actor, settings_.longest, probe_backend{})
        .then(
            [this, after_silence, actor = m->actor](const backend_probed& p) {
              probed(p, after_silence);
              release(actor);
            },
            [this, after_silence, actor = m->actor](const caf::error&) {
              probed({.up = false, .error = "no answer in time"}, after_silence);
              drop(actor);
            });
  }

  void probed(const backend_probed& p, bool after_silence) {
    if (p.up && after_silence) { // it is there, and will have to answer
      probe_later();
      return;
    }
    if (p.up) {
      on_up();
      return;
    }
    if (up_)
      go_down(p.error.empty() ? "it cannot be reached" : p.error);
    else if (!p.error.empty() && p.error != why_)
      on_other_silence(p.error);
    else
      raise(why_); // somebody may have deactivated it
    asks_ = false;
    if (!keeps())
      give_up_all("it is down");
    probe_later();
  }

  pool_settings settings_;
  worker_factory<Question, Answer> make_;
  alarms_actor alarms_; // null: nobody is told
  handle successor_;    // null: it has not retired
  std::vector<member> members_;
  job_queue<job> jobs_;
  std::chrono::milliseconds next_probe_;
  clock::time_point refresh_at_{}, probe_at_{};
  log_limiter lines_, crash_lines_, reason_lines_, spawn_lines_;
  std::uint64_t next_number_ = 0, refused_ = 0, failed_ = 0;
  std::uint64_t looks_ = 0;
  std::optional<clock::time_point> looks_at_; // when the timer comes; nothing: there is none
  bool up_ = true;
  bool asks_ = true; // else nobody is asked until a probe finds it
  clock::time_point answered_at_{};
  std::string why_; // it was down for, the last time
  std::uint64_t crashes_ = 0;
  bool crash_told_ = false; // its alarm is up
  bool probe_due_ = false;  // a probe_tick is on its way
};

} // namespace troupe
