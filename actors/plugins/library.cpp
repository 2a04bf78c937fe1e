#include "library.hpp"

#include "library_guard.hpp"
#include "library_host.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/mqtt/topic.hpp"
#include "troupe/mqtt/utf8.hpp"
#include "troupe/plugin/plugin.hpp"

#include <algorithm>
#include <dlfcn.h>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <system_error>

namespace troupe {

namespace fs = std::filesystem;

namespace {

using verdict = back_end_answer::verdict;

constexpr std::uint8_t most_instances = 64;

// What is none counts as a crash.
verdict to_verdict(sdk::verdict v) {
  switch (v) {
    case sdk::verdict::allow: return verdict::yes;
    case sdk::verdict::deny: return verdict::no;
    case sdk::verdict::ignore: return verdict::ignore;
  }
  throw std::runtime_error{"it has answered what is no verdict"};
}

template <class Text>
std::optional<std::string_view> view_of(const std::optional<Text>& text) {
  return text ? std::optional<std::string_view>{*text} : std::nullopt;
}

// Runs one instance, which it makes in its own thread: what that throws is told like a crash.
class library_worker final : public auth_worker {
public:
  library_worker(const sdk::description& made_by, std::shared_ptr<const library_host> host)
      : made_by_(made_by), host_(std::move(host)) {}

  back_end_answer ask(const ask_back_end& q) override {
    const auto& who = *q.who;
    const sdk::client client{who.client_id, view_of(who.username), view_of(who.password), who.peer_host,
                             who.port,      who.cert_name};
    back_end_answer answer{.reached = true};
    if (q.message) {
      filter(client, *q.message, answer);
    } else if (q.topic) {
      const bool publish = q.topic->what == access::operation::publish;
      if (made_by_.authorizes)
        answer.what = to_verdict(instance().authorize(client, {publish, q.topic->topic}));
    } else if (made_by_.authenticates) {
      const auto said = instance().authenticate(client);
      answer.what = to_verdict(said.what);
      answer.superuser = said.superuser;
    }
    return answer;
  }

  // Whose topic is asked about must not get by because the plugin has crashed; a message passes as it was.
  back_end_answer after_crash(const ask_back_end& q) const noexcept override {
    back_end_answer answer;
    answer.reached = q.topic.has_value();
    answer.what = verdict::no;
    return answer;
  }

  bool probe() override {
    instance();
    return true;
  }

  void interrupt() noexcept override {} // its calls end by themselves, or the guard counts them

private:
  sdk::instance& instance() {
    if (!instance_)
      instance_ = make_instance(made_by_, *host_);
    return *instance_;
  }

  void filter(const sdk::client& who, const mqtt::message& original, back_end_answer& answer) {
    sdk::message m{std::string{original.topic()}, std::string{original.payload()},
                   static_cast<std::uint8_t>(original.level()), original.retain()};
    if (instance().on_publish(who, m) == sdk::fate::stop)
      answer.what = verdict::no;
    else if (m.topic != original.topic() || m.payload != original.payload() ||
             m.retain != original.retain() || m.qos != static_cast<std::uint8_t>(original.level()))
      answer.message = changed(original, m);
  }

  static mqtt::message_ptr changed(const mqtt::message& original, const sdk::message& by) {
    if (by.qos > 2 || !mqtt::valid_topic_name(by.topic) || !mqtt::is_valid_utf8(by.topic))
      throw std::runtime_error{"on_publish has left a topic or a QoS that is none"};
    mqtt::message_parts parts;
    parts.topic = by.topic;
    parts.payload = by.payload;
    parts.properties = original.properties().raw();
    parts.from = original.from();
    parts.timestamp = original.timestamp();
    parts.expiry = original.expiry();
    parts.level = static_cast<mqtt::qos>(by.qos);
    parts.retain = by.retain;
    return mqtt::message::make(parts);
  }

  const sdk::description& made_by_;
  std::shared_ptr<const library_host> host_;
  std::unique_ptr<sdk::instance> instance_;
};

std::string describe_abi(std::uint32_t bits) {
  return std::to_string(bits >> sdk::abi_pointer_shift) + "-byte pointers, " +
         ((bits & sdk::abi_libcxx) != 0       ? "libc++"
          : (bits & sdk::abi_new_string) != 0 ? "libstdc++"
                                              : "libstdc++ with the old std::string") +
         ((bits & sdk::abi_checked) != 0 ? " in its debug mode" : "");
}

// Why it cannot be used; empty: it can.
std::string problem_of(const sdk::description& d, const std::string& file_name) {
  if (d.interface != sdk::interface_version)
    return "it is built for version " + std::to_string(d.interface) + " of the interface, this broker has " +
           std::to_string(sdk::interface_version) + ": build it again with this broker's header";
  if (d.compiler != __GXX_ABI_VERSION)
    return "another compiler has built it (ABI " + std::to_string(d.compiler) + ", this broker has " +
           std::to_string(__GXX_ABI_VERSION) + ')';
  if (d.abi != sdk::abi)
    return "it is built with another layout of the standard types (" + describe_abi(d.abi) +
           "; this broker has " + describe_abi(sdk::abi) + ')';
  if (d.name == nullptr || d.version == nullptr || d.text == nullptr || d.make == nullptr)
    return "its description is incomplete";
  if (file_name != d.name)
    return "its file has to be " + std::string{d.name} + ".so";
  if (find_plugin(d.name) != nullptr || known_elsewhere(d.name))
    return "another plugin has its name";
  return {};
}

const sdk::description* open(const fs::path& file, std::string& why) {
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    why = ::dlerror();
    return nullptr;
  }
  using describe = const sdk::description* (*)();
  const auto entry = reinterpret_cast<describe>(::dlsym(library, "troupe_plugin"));
  const auto* description = entry == nullptr ? nullptr : entry();
  why = description == nullptr ? "it is no plugin of Troupe" : problem_of(*description, file.stem());
  return why.empty() ? description : nullptr;
}

std::shared_ptr<const library_host> make_host(const sdk::description& d, const settings& config) {
  const auto found = config.plugin_settings.find(d.name);
  return std::make_shared<const library_host>(
      d.name, found == config.plugin_settings.end() ? decltype(found->second){} : found->second);
}

auth_back_end back_end_of(const sdk::description& d, const settings& config) {
  auth_back_end b;
  b.workers = std::clamp<std::size_t>(d.instances, 1, most_instances);
  b.authorizes = d.authorizes;
  b.filters = d.filters;
  b.make = [&d, host = make_host(d, config), watch = std::make_shared<hang_watch>(d.name),
            longest = b.longest] {
    return std::make_shared<guarded_worker>(std::make_shared<library_worker>(d, host), watch, longest);
  };
  return b;
}

std::shared_ptr<const plugin> make_row(const sdk::description& d, std::size_t number) {
  auto row = std::make_shared<plugin>();
  row->kind = library_kind(number);
  row->name = d.name;
  row->type = d.authenticates ? plugin_type::auth : plugin_type::feature;
  row->description = d.text;
  row->version = d.version;
  row->by_default = false;
  row->decides = d.authenticates;
  if (d.authenticates || d.authorizes || d.filters)
    row->back_end = [&d](const settings& config) { return back_end_of(d, config); };
  if (d.events != 0)
    row->start = [&d](const sink_surroundings& around) {
      return start_library_listener(d, make_host(d, around.config), around);
    };
  return row;
}

std::vector<fs::path> libraries_in(const std::string& folder) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (fs::directory_iterator i{folder, failed}, end; !failed && i != end; i.increment(failed))
    if (i->path().extension() == ".so")
      files.push_back(i->path());
  if (failed)
    log::error("[Plugins] {} cannot be read: {}", log::printable(folder), failed.message());
  std::sort(files.begin(), files.end());
  return files;
}

} // namespace

plugin_libraries load_plugin_libraries(const std::string& folder) {
  plugin_libraries out;
  if (folder.empty())
    return out;
  for (const auto& file : libraries_in(folder)) {
    std::string why;
    const auto* description = out.plugins.size() == most_libraries ? nullptr : open(file, why);
    if (out.plugins.size() == most_libraries)
      why = "there are " + std::to_string(most_libraries) + " already";
    if (description != nullptr) {
      out.plugins.push_back(make_row(*description, out.plugins.size()));
      log::info("[Plugins] {} {} is in {}", description->name, log::printable(description->version),
                log::printable(file.string()));
    } else {
      log::error("[Plugins] {} is refused: {}", log::printable(file.string()), log::printable(why));
      out.refused.push_back(file.stem());
    }
  }
  return out;
}

} // namespace troupe
