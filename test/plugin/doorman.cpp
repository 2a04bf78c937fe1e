// An example of a plugin: who knows the word may enter, and writes to topics below his own name only. Built
// with the broker's header alone:
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
    if (!who.username || !what.publish)
      return verdict::ignore;
    return what.topic.starts_with(std::string{*who.username} + '/') ? verdict::allow : verdict::deny;
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
               .instances = 2,
               .make = [](const host& h) -> std::unique_ptr<instance> {
                 return std::make_unique<doorman>(h);
               }})
