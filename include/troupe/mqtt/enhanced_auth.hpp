// Enhanced authentication of one connection (MQTT 5.0 section 4.12): the exchange of AUTH packets for the
// methods that Troupe knows, SCRAM-SHA-1 and SCRAM-SHA-256. It decides; the client actor sends.
#pragma once

#include "troupe/mqtt/packet.hpp"
#include "troupe/mqtt/scram.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::mqtt {

class enhanced_auth {
public:
  /// For the Authentication Method of a CONNECT; null when it is unknown, or there are no users (CONNACK
  /// 0x8C).
  static std::unique_ptr<enhanced_auth> make(std::string_view method,
                                             std::shared_ptr<const scram_users> users);

  struct verdict {
    enum class action : std::uint8_t {
      continue_, // AUTH 0x18 with `data`
      success,   // CONNACK 0x00, or AUTH 0x00 of a re-authentication, with `data`
      refuse,    // CONNACK or DISCONNECT with `reason`, then the end [MQTT-4.12.0-4] [MQTT-4.12.1-2]
    };
    action what = action::refuse;
    reason_code reason = reason_code::success;
    std::string data;
    const char* detail = ""; // why it is refused, a constant text
  };

  /// The CONNECT's Authentication Data; empty asks for it by an AUTH without data. `nonce` is fresh for each
  /// call, see scram_nonce.
  verdict begin(std::string_view data, std::string_view nonce);

  /// An AUTH of the client: the next step [MQTT-4.12.0-3], or the begin of a re-authentication of the user
  /// that is logged in [MQTT-4.12.1-1], among the users that there are now.
  verdict on_auth(const auth& a, std::shared_ptr<const scram_users> users, std::string_view nonce);

  const std::string& method() const noexcept { return method_; }

  /// The user, proven by the first success.
  const std::string& username() const noexcept { return username_; }

  /// Whether an exchange is under way.
  bool pending() const noexcept { return exchange_ != nullptr; }

private:
  enum class step : std::uint8_t { first, last };

  verdict advance(std::string_view data, std::string_view nonce);
  verdict fail(reason_code reason, const char* detail);

  std::string method_;
  std::string username_;
  std::shared_ptr<const scram_users> users_;
  std::unique_ptr<scram_server> exchange_; // only while it is under way
  scram_hash hash_ = scram_hash::sha256;
  step expected_ = step::first;
};

} // namespace troupe::mqtt
