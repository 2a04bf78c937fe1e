#include "completion.hpp"

#include "command.hpp"

#include <map>
#include <set>

namespace troupe::ctl {

namespace {

using words = std::set<std::string>;

// What may follow: behind "" the first words, behind "clients" its second ones.
std::map<std::string, words> successors() {
  std::map<std::string, words> result;
  result[""] = {"completion"};
  result["completion"] = {"bash", "fish", "zsh"};
  for (const auto& c : commands()) {
    const std::string name = c.words;
    const auto space = name.find(' ');
    result[""].insert(name.substr(0, space));
    if (space != std::string::npos)
      result[name.substr(0, space)].insert(name.substr(space + 1));
  }
  return result;
}

std::string joined(const words& all) {
  std::string out;
  for (const auto& w : all)
    out += (out.empty() ? "" : " ") + w;
  return out;
}

std::string bash_script() {
  std::string out = "_troupe() {\n"
                    "  local words='' current=${COMP_WORDS[COMP_CWORD]}\n"
                    "  case \"${COMP_WORDS[*]:1:COMP_CWORD-1}\" in\n"
                    "    '') words='ctl --config --data-dir --check --help --help-config --version' ;;\n";
  for (const auto& [before, after] : successors())
    out += "    'ctl" + (before.empty() ? "" : " " + before) + "') words='" + joined(after) + "' ;;\n";
  return out + "  esac\n"
               "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
               "}\n"
               "complete -o default -F _troupe troupe\n";
}

std::string fish_script() {
  std::string out = "complete -c troupe -n 'not __fish_seen_subcommand_from ctl' -a ctl\n";
  for (const auto& [before, after] : successors())
    out += "complete -c troupe -f -n 'string match -qr \"^\\S+ ctl" + (before.empty() ? "" : " " + before) +
           " \\S*\\$\" -- (commandline -cp)' -a '" + joined(after) + "'\n";
  return out;
}

} // namespace

std::optional<std::string> completion_script(std::string_view shell) {
  if (shell == "bash")
    return bash_script();
  if (shell == "zsh")
    return "autoload -U +X bashcompinit && bashcompinit\n" + bash_script();
  if (shell == "fish")
    return fish_script();
  return {};
}

} // namespace troupe::ctl
