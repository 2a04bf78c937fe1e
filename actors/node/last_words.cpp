#include "last_words.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <vector>

namespace troupe::log {

void last_words(std::string_view text) {
  std::fprintf(stderr, "troupe: %.*s\n", static_cast<int>(text.size()), text.data());
  const auto& all = spdlog::default_logger()->sinks();
  std::vector<spdlog::sink_ptr> files;
  std::copy_if(all.begin(), all.end(), std::back_inserter(files), [](const spdlog::sink_ptr& s) {
    return dynamic_cast<const spdlog::sinks::stdout_sink_mt*>(s.get()) == nullptr;
  });
  spdlog::logger of_files{"troupe", files.begin(), files.end()}; // the sinks keep their pattern
  of_files.error(spdlog::string_view_t{text.data(), text.size()});
  of_files.flush();
}

} // namespace troupe::log
