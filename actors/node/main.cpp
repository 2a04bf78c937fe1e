// The broker's program: command line, configuration, signals.
#include "../plugins/loaded_plugins.hpp"
#include "last_words.hpp"
#include "troupe/actors/acl.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/plugins.hpp"
#include "troupe/actors/settings_file.hpp"
#include "troupe/actors/text_file.hpp"
#include "troupe/http/ctl.hpp"
#include "troupe/http/service.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <pthread.h>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace troupe;

enum exit_code : int { ok = 0, failed = 1, bad_usage = 2 };

// From the signal on; the end itself takes a moment, too.
constexpr std::chrono::milliseconds usual_stop{4'200}, longest_stop{4'650};

loaded_settings load(const command_line& line) {
  auto result = load_settings_file(line.config_file.empty() ? find_config_file() : line.config_file);
  if (!line.data_dir.empty())
    result.values.node.data_dir = line.data_dir;
  return result;
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

// One that comes while the configuration is read is not for the end: serve() takes it up.
void hold_hangups() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

// Blocked before the first thread starts, so that only main sees them.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (int s : {SIGTERM, SIGINT, SIGHUP})
    sigaddset(&set, s);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN); // a file that may not grow is an error, not the end
  return set;
}

// The control plane's actors hold handles to each other; with everything stopped and flushed nothing is
// gained by taking them apart, and one that still waits for an answer would hold the end up. So would a
// console that nobody reads, if its buffer in this process were flushed.
[[noreturn]] void leave(int status) {
  log::flush();
  std::_Exit(status);
}

// A stop waits for no actor for long, but it does for threads, which may hang: in the file system of a disk
// that does not answer, say.
void leave_in_time() {
  try {
    std::thread{[] {
      std::this_thread::sleep_for(longest_stop);
      log::warning("[Broker] it ends without what hangs");
      log::flush(std::chrono::milliseconds{150});
      std::_Exit(ok);
    }}.detach();
  } catch (const std::system_error&) { // no thread is to be had: most probably nothing hangs
  }
}

// In a thread of its own, one at a time: a file may be on a disk that does not answer, and signals still
// count.
void reload(service& node, std::future<void>& before) {
  if (before.valid() && before.wait_for(std::chrono::seconds{0}) != std::future_status::ready)
    return log::warning("[TLS] certificates are being loaded again already");
  try {
    before = std::async(std::launch::async, [&node] { node.reload_certificates(); });
  } catch (const std::system_error& e) {
    log::error("[TLS] certificates cannot be loaded again: {}", e.what());
  }
}

int serve(const std::shared_ptr<const settings>& config) {
  const sigset_t signals = block_signals();
  raise_descriptor_limit();
  if (const auto problem = log::open(config->log); !problem.empty())
    std::fprintf(stderr, "troupe: log file: %s\n", problem.c_str());
  service node{config};
  if (const auto error = node.start(); !error.empty()) {
    log::last_words(error);
    leave(failed);
  }
  log::info("{} {} is running now!", config->broker.sysdescr, TROUPE_VERSION);
  int received = 0;
  std::future<void> reloading;
  while (sigwait(&signals, &received) == 0 && received == SIGHUP)
    reload(node, reloading);
  log::info("Stopping on signal {}.", received);
  leave_in_time();
  node.stop(usual_stop);
  log::info("Stopped.");
  leave(ok);
}

// What is wrong with the files that say which plugins and modules are loaded; one that is not there says
// nothing.
std::vector<std::string> check_loaded_files(const settings& config) {
  std::vector<std::string> problems;
  for (const auto& file : {loaded_plugins_file(config), config.modules_loaded_file}) {
    const auto kept = read_text_file(file);
    const auto problem = kept.error.empty() ? parse_loaded_plugins(kept.text).error : kept.error;
    if (kept.there && !problem.empty())
      problems.push_back(file + ": " + problem);
  }
  return problems;
}

int check(const settings& config) {
  auto problems = read_acl_file(config.acl).errors;
  for (auto& more : {check_certificates(config), check_plugins(config), check_loaded_files(config)})
    problems.insert(problems.end(), more.begin(), more.end());
  for (const auto& p : problems)
    std::fprintf(stderr, "troupe: %s\n", p.c_str());
  if (!problems.empty())
    return failed;
  std::puts("The configuration is valid.");
  return ok;
}

int run(int argc, char** argv) {
  if (argc > 1 && std::string_view{argv[1]} == "ctl")
    return run_ctl(argc - 1, argv + 1);
  hold_hangups();
  const auto line = parse_command_line(argc, argv);
  if (!line.error.empty()) {
    std::fprintf(stderr, "troupe: %s\nTry 'troupe --help'.\n", line.error.c_str());
    return bad_usage;
  }
  if (line.help) {
    std::fputs(line.usage.c_str(), stdout);
    return ok;
  }
  if (line.help_config) {
    std::fputs(describe_settings().c_str(), stdout);
    return ok;
  }
  if (line.version) {
    std::puts("Troupe " TROUPE_VERSION);
    return ok;
  }
  auto loaded = load(line);
  for (const auto& w : loaded.warnings)
    std::fprintf(stderr, "troupe: %s\n", w.c_str());
  for (const auto& e : loaded.errors)
    std::fprintf(stderr, "troupe: %s\n", e.c_str());
  if (!loaded.errors.empty())
    return failed;
  if (line.check)
    return check(loaded.values);
  return serve(std::make_shared<const settings>(std::move(loaded.values)));
}

// Output that is lost, as on a full disk, is a failure: a script would take what it has for all.
int with_output(int status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0)
    return status;
  std::fputs("troupe: the output cannot be written\n", stderr);
  return status == ok ? failed : status;
}

} // namespace

int main(int argc, char** argv) { return with_output(run(argc, argv)); }
