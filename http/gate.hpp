// Who may ask the API, and what is answered without it.
#pragma once

#include "troupe/actors/config.hpp"
#include "troupe/actors/messages.hpp"

#include <caf/actor_system.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace troupe {

inline constexpr std::string_view api_prefix = "/api/v4";

/// How long the API, and who knows its applications, may take for an answer.
inline constexpr std::chrono::seconds api_timeout{10};

class gate {
public:
  gate(caf::actor_system& system, apps_actor apps, std::shared_ptr<const settings> config)
      : system_(system), apps_(std::move(apps)), config_(std::move(config)) {}

  /// What a request's head says.
  struct request {
    std::string method, target, authorization;
    std::string peer; // its address
  };

  /// The answer to what the API is not asked for: other paths, and those who may not. Waits for the actor
  /// that knows the applications.
  std::optional<http_response> answer(const request& of) const;

private:
  std::optional<http_response> refuse(const request& of) const;

  caf::actor_system& system_;
  apps_actor apps_;
  std::shared_ptr<const settings> config_;
};

} // namespace troupe
