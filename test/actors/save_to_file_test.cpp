// The action save_to_file where several rules write to one file.
#include "support/process.hpp"
#include "troupe/actors/rule_action.hpp"

#include <boost/json/object.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <set>
#include <sstream>
#include <sys/file.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr std::size_t line_size = 100;

// "<writer>-<number>xxx…" and the end of the line.
std::string line_of(int writer, int number) {
  auto out = std::to_string(writer) + '-' + std::to_string(number);
  out.resize(line_size - 1, 'x');
  return out;
}

class writer {
public:
  writer(const std::string& folder, double most_bytes) {
    const resource_map none;
    auto made =
        rules::find_action("save_to_file")
            ->make({{"file", "shared"}, {"payload_tmpl", "${p}"}, {"max_bytes", most_bytes}}, {none, folder});
    what_ = std::move(std::get<std::unique_ptr<rules::action>>(made));
  }

  // Why it failed.
  std::string write(const std::string& line) {
    const rules::row::members members{{"p", rules::value{std::string_view{line}}}};
    rules::occasion o{nullptr, false, nullptr, "node", 0, "rule", "action", memory_, to_publish_, calls_, {}};
    what_->run(rules::row{members}, o);
    return o.error;
  }

private:
  std::unique_ptr<rules::action> what_;
  rules::arena memory_;
  std::vector<mqtt::message_ptr> to_publish_;
  std::vector<rules::resource_call> calls_;
};

// No file of this process grows beyond it meanwhile, as on a full disk.
class file_size_limit {
public:
  explicit file_size_limit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  file_size_limit(const file_size_limit&) = delete;
  file_size_limit& operator=(const file_size_limit&) = delete;
  ~file_size_limit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

private:
  void (*handler_)(int) = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before_{};
};

// Somebody outside of the broker has the file for himself.
class foreign_lock {
public:
  explicit foreign_lock(const std::filesystem::path& file) : descriptor_(::open(file.c_str(), O_RDONLY)) {
    BOOST_TEST_REQUIRE(::flock(descriptor_, LOCK_EX | LOCK_NB) == 0);
  }
  foreign_lock(const foreign_lock&) = delete;
  foreign_lock& operator=(const foreign_lock&) = delete;
  ~foreign_lock() { ::close(descriptor_); }

private:
  int descriptor_;
};

template <class Work>
std::chrono::steady_clock::duration time_of(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::steady_clock::now() - begin;
}

// By several threads, as rules are on several.
int failures_of(const std::string& folder, int writers, int lines, double most_bytes) {
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int w = 0; w < writers; ++w)
    threads.emplace_back([&, w] {
      writer to{folder, most_bytes};
      for (int i = 0; i < lines; ++i)
        failures += to.write(line_of(w, i)).empty() ? 0 : 1;
    });
  for (auto& t : threads)
    t.join();
  return failures;
}

std::multiset<std::string> lines_of(const std::string& text) {
  std::multiset<std::string> out;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);)
    out.insert(line);
  return out;
}

std::multiset<std::string> expected(int writers, int lines) {
  std::multiset<std::string> out;
  for (int w = 0; w < writers; ++w)
    for (int i = 0; i < lines; ++i)
      out.insert(line_of(w, i));
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(saving_to_files)

BOOST_AUTO_TEST_CASE(lines_of_several_rules_stay_whole) {
  const temporary_folder folder;
  BOOST_TEST(failures_of(folder.path().string(), 3, 3000, 1e9) == 0);
  BOOST_TEST((lines_of(read_text(folder.path() / "shared")) == expected(3, 3000)));
}

// It is renamed once, whoever finds it full; what came before is in the old one.
BOOST_AUTO_TEST_CASE(no_line_is_lost_where_a_file_is_full) {
  constexpr int writers = 3, lines = 1000;
  const temporary_folder folder;
  BOOST_TEST(failures_of(folder.path().string(), writers, lines, writers * lines * line_size * 0.6) == 0);
  const auto old = read_text(folder.path() / "shared.old"), now = read_text(folder.path() / "shared");
  BOOST_TEST(old.size() > now.size());
  BOOST_TEST((lines_of(old + now) == expected(writers, lines)));
}

// Each time by another one, and none of them goes on in a file that is not the one of that name.
BOOST_AUTO_TEST_CASE(files_stay_bounded) {
  const temporary_folder folder;
  constexpr double most = 20'000;
  BOOST_TEST(failures_of(folder.path().string(), 3, 3000, most) == 0);
  for (const char* name : {"shared", "shared.old"})
    BOOST_TEST(std::filesystem::file_size(folder.path() / name) <= most + 3 * line_size, name);
}

// What follows a line that found no room to its end is a line of its own.
BOOST_AUTO_TEST_CASE(a_line_that_is_torn_stands_alone) {
  const temporary_folder folder;
  writer to{folder.path().string(), 1e6};
  to.write("first");
  std::string error;
  {
    const file_size_limit full{8};
    error = to.write("second"); // two bytes of it
  }
  to.write("third");
  to.write("fourth");
  BOOST_TEST(!error.empty());
  BOOST_TEST(read_text(folder.path() / "shared") == "first\nse\nthird\nfourth\n");
}

BOOST_AUTO_TEST_CASE(a_file_that_somebody_takes_away_is_made_again) {
  const temporary_folder folder;
  writer to{folder.path().string(), 1e6};
  to.write("1");
  std::filesystem::remove(folder.path() / "shared");
  to.write("2");
  BOOST_TEST(read_text(folder.path() / "shared") == "2\n");
}

BOOST_AUTO_TEST_CASE(a_lock_of_somebody_else_does_not_hold_lines_up) {
  const temporary_folder folder;
  const auto file = folder.path() / "shared";
  writer to{folder.path().string(), 1e6};
  to.write("1");
  const foreign_lock kept{file};
  int failures = 0;
  const auto took = time_of([&] {
    for (int i = 0; i < 500; ++i)
      failures += to.write("x").empty() ? 0 : 1;
  });
  BOOST_TEST(failures == 0);
  BOOST_TEST((took < std::chrono::seconds{2}));
  BOOST_TEST(std::filesystem::file_size(file) == 501 * 2);
}

// Of a full file they fail, but at once, until it can be renamed.
BOOST_AUTO_TEST_CASE(a_lock_of_somebody_else_is_waited_for_once) {
  const temporary_folder folder;
  const auto file = folder.path() / "shared";
  writer to{folder.path().string(), 1024};
  to.write(std::string(1020, 'x'));
  {
    const foreign_lock kept{file};
    int failures = 0;
    const auto took = time_of([&] {
      for (int i = 0; i < 500; ++i)
        failures += to.write(line_of(0, i)).empty() ? 0 : 1;
    });
    BOOST_TEST(failures == 500);
    BOOST_TEST((took < std::chrono::seconds{2}));
  }
  BOOST_TEST(to.write("next").empty());
  BOOST_TEST(read_text(file) == "next\n");
  BOOST_TEST(std::filesystem::file_size(folder.path() / "shared.old") == 1021U);
}

BOOST_AUTO_TEST_CASE(names_and_sizes_that_are_refused) {
  const resource_map none;
  const auto error = [&](const boost::json::object& params) {
    const auto made = rules::find_action("save_to_file")->make(params, {none, "folder"});
    const auto* text = std::get_if<std::string>(&made);
    return text == nullptr ? std::string{} : *text;
  };
  BOOST_TEST(error({{"file", "f.old.1"}, {"max_bytes", 1024}}).empty());
  BOOST_TEST(error({{"file", "f.older"}, {"max_bytes", 1e12}}).empty());
  for (const char* name : {"", "../f", ".f", "a/b", "f.old"}) // the last one is where `f` goes
    BOOST_TEST(error({{"file", name}}) == "{invalid_data_type,{file,file}}", name);
  for (const double most : {0.0, -1.0, 1023.0, 1e300})
    BOOST_TEST(error({{"file", "f"}, {"max_bytes", most}}) == "{invalid_data_type,{max_bytes,number}}", most);
}

BOOST_AUTO_TEST_SUITE_END()
