#include "record_text.hpp"

#include <boost/json/parse.hpp>

namespace troupe {

namespace {

constexpr std::size_t deepest = 256; // bodies, which parameters come from, have half of that

} // namespace

boost::json::value parse_record(std::string_view text, boost::json::error_code& failed) {
  boost::json::parse_options options;
  options.max_depth = deepest;
  return boost::json::parse({text.data(), text.size()}, failed, {}, options);
}

} // namespace troupe
