// The settings that listeners of every kind have.
#include "schema.hpp"
#include "setters.hpp"

namespace troupe::config {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t max_socket_path = 108; // with the NUL behind it: sockaddr_un::sun_path

const char* set_listen_address(listener_settings& l, std::string_view v) {
  l.listen_on = v;
  if (const auto path = v.starts_with("unix:") ? v.substr(5) : v; path.starts_with('/')) {
    l.path = path;
    l.address.clear();
    l.port = 0;
    return path.size() < max_socket_path ? nullptr : "a path of at most 107 bytes";
  }
  const auto a = parse_address(v);
  if (!a)
    return "off, a port, an address with a port, or the path of a Unix domain socket";
  l.address = a->host.empty() ? "0.0.0.0" : a->host;
  l.port = a->port;
  l.path.clear();
  return nullptr;
}

const char* set_socket_mode(listener_settings& l, std::string_view v) {
  unsigned mode = 0;
  for (const char c : v)
    mode = c >= '0' && c <= '7' && mode <= 0777 ? mode * 8 + static_cast<unsigned>(c - '0') : 01000;
  if (v.empty() || mode > 0777)
    return "permissions such as 0660";
  l.socket_mode = mode;
  return nullptr;
}

setter<listener_settings> name_from(certificate_field listener_settings::*member) {
  return [member](listener_settings& l, std::string_view v) -> const char* {
    static constexpr std::pair<std::string_view, certificate_field> names[] = {
        {"cn", certificate_field::cn},
        {"dn", certificate_field::dn},
        {"crt", certificate_field::crt},
        {"pem", certificate_field::pem},
        {"md5", certificate_field::md5}};
    for (const auto& [name, value] : names)
      if (v == name) {
        l.*member = value;
        return nullptr;
      }
    return "cn, dn, crt, pem or md5";
  };
}

// Empty: the zone's counts.
const char* set_mount_point(listener_settings& l, std::string_view v) {
  if (!v.empty() && v != "none" && !usable_mount_point(v))
    return mount_point_text;
  l.mountpoint.reset();
  if (!v.empty())
    l.mountpoint = v == "none" ? "" : v;
  return nullptr;
}

} // namespace

std::span<const row<listener_settings>> listener_rows() {
  using l = listener_settings;
  static const std::vector<row<listener_settings>> rows{
      {"", set_listen_address, "0.0.0.0:1883",
       "Port, address and port, or path of a Unix domain socket; off: not started"},
      {"acceptors", integer<l>(1, 1024, "an integer from 1 to 1024", &l::acceptors), "8",
       "Connections that can be accepted at once"},
      {"max_connections", integer<l>(1, 100'000'000, "an integer from 1 on", &l::max_connections), "1024000",
       "Connections at most; more are closed"},
      {"max_conn_rate", count<l>(&l::max_conn_rate), "0",
       "Connections that are accepted per second, the others wait; 0 means unlimited"},
      {"rate_limit", rate<l>(true, &l::bytes_in), "none",
       "Bytes that a client may send in a time; then its socket is not read for a while"},
      {"zone", text<l>(&l::zone), "external", "Zone of its connections"},
      {"mountpoint", set_mount_point, "",
       "In the place of the zone's; none: its clients have none, whatever the zone says; unset: the zone's"},
      {"backlog", integer<l>(1, 65535, "an integer from 1 to 65535", &l::backlog), "1024",
       "Connections that wait to be accepted"},
      {"socket_mode", set_socket_mode, "0660", "Permissions of a Unix domain socket"},
      {"recbuf", bytes<l>(0, 1ULL << 30, "a size up to 1GB", &l::recbuf), "0",
       "The kernel's receive buffer of a connection; 0: its own choice"},
      {"sndbuf", bytes<l>(0, 1ULL << 30, "a size up to 1GB", &l::sndbuf), "0", "Its send buffer"},
      {"send_timeout", duration<l>(1s, &l::send_timeout), "15s",
       "Time in which a peer takes at least one byte of what waits for it"},
      {"send_timeout_close", flag<l>(&l::send_timeout_close), "on", "Else end the connection"},
      {"peer_cert_as_username", name_from(&l::peer_cert_as_username), "",
       "Name clients by their certificate: cn, dn (subject), crt (base64), pem or md5; unset: by CONNECT"},
      {"peer_cert_as_clientid", name_from(&l::peer_cert_as_clientid), "", "The same for the client id"},
      {"nodelay", flag<l>(&l::nodelay), "true", "TCP_NODELAY"},
      {"reuseaddr", flag<l>(&l::reuseaddr), "true", "SO_REUSEADDR"},
      {"proxy_protocol", flag<l>(&l::proxy_protocol), "off",
       "Connections come through a proxy and begin with its PROXY header, version 1 or 2"},
      {"proxy_protocol_timeout", duration<l>(1s, &l::proxy_protocol_timeout), "3s", "Time for that header"},
  };
  return rows;
}

} // namespace troupe::config
