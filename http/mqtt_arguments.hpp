// The parameters that the calls below /mqtt share (reference/http-api.md section 6).
#pragma once

#include "call.hpp"
#include "description.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// The text of `topic` or else `topics`, as the client sent it.
std::optional<std::string> topic_text(arguments& args);

/// The parts between commas that are `valid`; blanks belong to them.
std::vector<std::string> split_topics(std::string_view text, bool (*valid)(std::string_view));

/// None of the topics is usable.
answer bad_topic();

/// The parameters of each entry of a batch; an entry that is no object has none and is wrong. Nothing when
/// the body is no array.
std::optional<std::vector<arguments>> read_batch(const call& c);

/// A row of a batch's answer repeats what the entry said, right or wrong.
boost::json::value batch_row(const arguments& entry, bool with_client, int code);

/// What the calls for batches take and give.
constexpr description batch_of(std::span<const json_member> body, const object_shape& result) {
  return {.body = body, .batch = true, .data = &result, .many = true};
}

} // namespace troupe
