// Shell completion for `troupe ctl`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe::ctl {

/// The script for `bash`, `zsh` or `fish`, made from the table of commands. Nothing for other shells.
std::optional<std::string> completion_script(std::string_view shell);

} // namespace troupe::ctl
