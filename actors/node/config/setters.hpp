// Makes setters from member pointers, one maker per value type.
#pragma once

#include "schema.hpp"
#include "troupe/mqtt/codec.hpp"
#include "troupe/mqtt/utf8.hpp"
#include "values.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <utility>

namespace troupe::config {

/// Resolves `&a::b, &b::c` against an `a`.
template <class Target, class Member>
auto& field(Target& t, Member Target::*member) {
  return t.*member;
}
template <class Target, class First, class... Rest>
auto& field(Target& t, First Target::*first, Rest... rest) {
  return field(t.*first, rest...);
}

constexpr const char* mount_point_text =
    "none, or what can stand before a topic: no +, no #, and no $ in front, such as devices/%c/";

template <class Target, class... Path>
setter<Target> text(Path... path) {
  return [=](Target& t, std::string_view v) -> const char* {
    field(t, path...) = std::string{v};
    return nullptr;
  };
}

/// A file or a folder.
template <class Target, class... Path>
setter<Target> path(Path... where) {
  return [=](Target& t, std::string_view v) -> const char* {
    if (v.empty() || v.find('\0') != std::string_view::npos)
      return "a path";
    field(t, where...) = std::string{v};
    return nullptr;
  };
}

/// A text that goes into an MQTT packet.
template <class Target, class... Path>
setter<Target> mqtt_text(Path... path) {
  return [=](Target& t, std::string_view v) -> const char* {
    if (v.size() > mqtt::max_text_size || !mqtt::is_valid_utf8(v))
      return "UTF-8 of at most 65535 bytes";
    field(t, path...) = std::string{v};
    return nullptr;
  };
}

template <class Target, class... Path>
setter<Target> flag(Path... path) {
  return [=](Target& t, std::string_view v) -> const char* {
    const auto b = parse_switch(v);
    if (!b)
      return "on, off, true or false";
    field(t, path...) = *b;
    return nullptr;
  };
}

template <class Target, class... Path>
setter<Target> integer(std::int64_t low, std::int64_t high, const char* expected, Path... path) {
  return [=](Target& t, std::string_view v) -> const char* {
    const auto n = parse_integer(v);
    if (!n || *n < low || *n > high)
      return expected;
    auto& f = field(t, path...);
    f = static_cast<std::remove_reference_t<decltype(f)>>(*n);
    return nullptr;
  };
}

template <class Target, class... Path>
setter<Target> count(Path... path) {
  return integer<Target>(0, std::numeric_limits<std::int32_t>::max(), "an integer from 0 on", path...);
}

template <class Target, class... Path>
setter<Target> bytes(std::uint64_t low, std::uint64_t high, const char* expected, Path... path) {
  return [=](Target& t, std::string_view v) -> const char* {
    const auto n = parse_bytes(v);
    if (!n || *n < low || *n > high)
      return expected;
    field(t, path...) = static_cast<std::size_t>(*n);
    return nullptr;
  };
}

template <class Target, class... Path>
setter<Target> duration(milliseconds unit, Path... path) {
  return [=](Target& t, std::string_view v) -> const char* {
    const auto d = parse_duration(v, unit);
    if (!d)
      return "a duration, such as 15s, 500ms or 1h30m";
    field(t, path...) = *d;
    return nullptr;
  };
}

/// A duration of at least a tenth of a second.
template <class Target, class... Path>
setter<Target> period(Path... path) {
  return [=](Target& t, std::string_view v) -> const char* {
    const auto d = parse_duration(v, std::chrono::seconds{1});
    if (!d || d->count() < 100)
      return "a duration of at least 100ms, such as 30s";
    field(t, path...) = *d;
    return nullptr;
  };
}

/// Messages (or bytes) and a duration.
template <class Target, class... Path>
setter<Target> rate(bool in_bytes, Path... path) {
  return [=](Target& t, std::string_view v) -> const char* {
    const auto r = parse_rate(v, in_bytes);
    if (!r)
      return in_bytes ? "none, or a size and a duration up to 1h, such as 100KB,10s"
                      : "none, or a count and a duration up to 1h, such as 100,10s";
    field(t, path...) = *r;
    return nullptr;
  };
}

} // namespace troupe::config
