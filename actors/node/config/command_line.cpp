#include "troupe/actors/config.hpp"

#include <boost/program_options.hpp>

#include <filesystem>
#include <sstream>

namespace troupe {

namespace po = boost::program_options;

command_line parse_command_line(int argc, const char* const* argv) {
  command_line result;
  po::options_description options{"Options"};
  options.add_options()("config,c", po::value(&result.config_file)->value_name("FILE"),
                        "configuration file (default: conf/troupe.conf, then /etc/troupe/troupe.conf)")(
      "data-dir", po::value(&result.data_dir)->value_name("DIR"),
      "folder for persistent state, instead of node.data_dir")("check", po::bool_switch(&result.check),
                                                               "check the configuration and exit")(
      "help-config", po::bool_switch(&result.help_config), "list all settings with their defaults and exit")(
      "version,v", po::bool_switch(&result.version),
      "print the version and exit")("help,h", po::bool_switch(&result.help), "print this help and exit");
  std::ostringstream usage;
  usage << "Usage: troupe [options]\n       troupe ctl ...    steers a running broker: see troupe ctl "
           "--help\n\nThe Troupe MQTT broker.\n\n"
        << options;
  result.usage = usage.str();
  try {
    po::variables_map values;
    po::store(po::command_line_parser(argc, argv).options(options).positional({}).run(), values);
    po::notify(values);
  } catch (const po::error& e) {
    result.error = e.what();
  }
  return result;
}

std::string find_config_file() {
  std::error_code ignored;
  for (const char* place : {"conf/troupe.conf", "/etc/troupe/troupe.conf"})
    if (std::filesystem::exists(place, ignored))
      return place;
  return {};
}

} // namespace troupe
