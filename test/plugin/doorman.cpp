// An example of a plugin: who knows the word may enter, and writes to topics below his own name only. What he
// writes is signed, and what he must not say is stopped; the log has who came and went. Built with the
// broker's header alone:
//
//     g++ -std=c++20 -shared -fPIC -o doorman.so doorman.cpp
//
//     plugins.dir = plugins
//     plugin.doorman.word = sesame
#include <stdexcept>
#include <string>
#include <troupe/plugin/plugin.hpp>

namespace {

using namespace troupe::sdk;

class doorman final : public instance {
public:
  explicit doorman(const host& h) : host_(h), word_(h.setting("word").value_or("")) {
    if (word_.empty())
      throw std::runtime_error{"plugin.doorman.word is not set"};
  }

  authentication authenticate(const client& who) override {
    if (!who.username)
      return {}; // somebody else's business
    if (*who.username == "crash")
      throw std::runtime_error{"a guest has tripped over the doorman"};
    const bool knows = who.password == word_;
    if (!knows)
      host_.log(host::level::info, std::string{"no entry for "}.append(*who.username));
    return {knows ? verdict::allow : verdict::deny, *who.username == "owner"};
  }

  verdict authorize(const client& who, const operation& what) override {
    if (what.topic.ends_with("/trip"))
      throw std::runtime_error{"somebody has tripped over a topic"};
    if (what.topic.ends_with("/mumble"))
      return static_cast<verdict>(7);
    if (!who.username || !what.publish)
      return verdict::ignore;
    return what.topic.starts_with(std::string{*who.username} + '/') ? verdict::allow : verdict::deny;
  }

  fate on_publish(const client& who, message& m) override {
    if (m.payload == "crash")
      throw std::runtime_error{"somebody has tripped over a message"};
    if (m.payload.find("secret") != std::string::npos)
      return fate::stop;
    if (m.topic.ends_with("/lift")) {
      m.topic = "upstairs";
      m.qos = 0;
      m.retain = false;
    }
    if (who.username && m.topic != "upstairs")
      m.payload.append(" -- ").append(*who.username);
    return fate::pass;
  }

  void on_event(const event& e) override {
    if (e.topic == "crash/event")
      throw std::runtime_error{"the doorman does not want to know"};
    const char* what = e.kind == event_kind::client_connected      ? "has come"
                       : e.kind == event_kind::client_disconnected ? "has gone"
                       : e.kind == event_kind::session_subscribed  ? "listens"
                                                                   : "has heard";
    host_.log(host::level::info,
              std::string{e.client_id}.append(" ").append(what).append(" ").append(e.topic).append(e.reason));
  }

private:
  const host& host_;
  std::string word_;
};

} // namespace

TROUPE_PLUGIN({.name = "doorman",
               .version = "1.0",
               .text = "Lets in who knows the word",
               .authenticates = true,
               .authorizes = true,
               .filters = true,
               .events = bit_of(event_kind::client_connected) | bit_of(event_kind::client_disconnected) |
                         bit_of(event_kind::session_subscribed) | bit_of(event_kind::message_acked),
               .instances = 2,
               .make = [](const host& h) -> std::unique_ptr<instance> {
                 return std::make_unique<doorman>(h);
               }})
