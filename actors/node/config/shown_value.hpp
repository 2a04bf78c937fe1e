// What an error line shows of a setting's value.
#pragma once

#include <string>
#include <string_view>

namespace troupe::config {

/// The value in quotation marks; "the value" when it may hold a secret: a segment of the key names one
/// (passwords, tokens, headers, parameters, …), or a password may stand before an `@` that is none of a
/// well-formed URL. Of such a URL the password and the query are shown as ******.
std::string shown_value(std::string_view key, std::string_view value);

} // namespace troupe::config
