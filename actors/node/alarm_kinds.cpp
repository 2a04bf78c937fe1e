#include "alarm_kinds.hpp"

#include "troupe/mqtt/shown_text.hpp"

#include <array>
#include <charconv>
#include <string_view>
#include <type_traits>

namespace troupe {

namespace {

/// `$(subject)` and `$(<fact>)` stand for what the alarm is raised with.
struct kind_row {
  alarm_kind what;
  const char* id;      // of EMQ X 4.1
  const char* name;    // of EMQ X 4.2
  const char* message; // of EMQ X 4.2
};

constexpr std::array<kind_row, alarm_kind_count> rows{{
    {alarm_kind::cpu, "cpu_high_watermark", "high_cpu_usage", "$(usage)% cpu usage"},
    {alarm_kind::system_memory, "system_memory_high_watermark", "high_system_memory_usage",
     "System memory usage is higher than $(high_watermark)%"},
    {alarm_kind::process_memory, "process_memory_high_watermark", "high_process_memory_usage",
     "Process memory usage is higher than $(high_watermark)%"},
    {alarm_kind::actors, "too_many_processes", "too_many_processes", "$(usage)% process usage"},
    {alarm_kind::descriptors, "too_many_descriptors", "too_many_descriptors",
     "$(usage)% file descriptor usage"},
    {alarm_kind::store, "store_failed", "store_failed", "The store does not keep what it should: $(error)"},
    {alarm_kind::flapping, "{flapping_detected,<<\"$(subject)\">>}", "flapping_detected/$(subject)",
     "Client $(subject) is banned until $(until) for it comes and goes too often"},
    {alarm_kind::congestion, "conn_congestion/$(subject)", "conn_congestion/$(subject)",
     "connection congested: $(unsent) bytes wait for $(subject)"},
    {alarm_kind::partition, "partitioned", "partition", "Partition occurs at node $(occurred)"},
    {alarm_kind::resource, "resource_down/$(subject)", "resource/$(type)/$(subject)/down",
     "Resource $(type)($(subject)) is down"},
    {alarm_kind::plugin, "plugin_crashed/$(subject)", "plugin/$(subject)/crashed",
     "Plugin $(subject) has crashed: $(error)"},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (static_cast<std::size_t>(rows[i].what) != i)
      return false;
  return true;
}
static_assert(in_order(), "a kind of alarm lacks its row, or stands in another place");

std::string text_of(const alarm_fact& fact) {
  return std::visit(
      [](const auto& value) -> std::string {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) {
          return value;
        } else {
          std::array<char, 32> text{};
          const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
          return {text.data(), end};
        }
      },
      fact);
}

std::string fact_text(const raise_alarm& what, std::string_view name) {
  if (name == "subject")
    return what.subject;
  for (const auto& [known, fact] : what.details)
    if (known == name)
      return text_of(fact);
  return "?";
}

std::string filled(std::string_view words, const raise_alarm& what) {
  std::string out;
  for (std::size_t open; (open = words.find("$(")) != std::string_view::npos;) {
    const auto close = words.find(')', open);
    out += words.substr(0, open);
    out += fact_text(what, words.substr(open + 2, close - open - 2));
    words.remove_prefix(close + 1);
  }
  return out.append(words);
}

const kind_row& row_of(alarm_kind what) noexcept { return rows[static_cast<std::size_t>(what)]; }

// Somebody else's text may be in it, such as that of an exception. An alarm is stored and shown as JSON.
std::string told(std::string_view text) { return mqtt::valid_text(text, max_alarm_text); }

} // namespace

alarm_record describe(const raise_alarm& what) {
  const auto& row = row_of(what.what);
  alarm_record out;
  out.id = filled(row.id, what);
  out.name = filled(row.name, what);
  out.message = told(filled(row.message, what));
  out.desc = what.desc.empty() ? out.message : told(what.desc);
  out.details = what.details;
  for (auto& [name, fact] : out.details)
    if (auto* text = std::get_if<std::string>(&fact))
      *text = told(*text);
  return out;
}

std::string congestion_subject(std::string_view client_id, std::string_view username) {
  std::string out;
  for (const char c : client_id)
    if (c == '/')
      out += "%2F";
    else if (c == '%')
      out += "%25";
    else
      out += c;
  return out.append("/").append(username.empty() ? "undefined" : username);
}

bool has_subjects(alarm_kind what) noexcept {
  return std::string_view{row_of(what).id}.find("$(subject)") != std::string_view::npos;
}

} // namespace troupe
