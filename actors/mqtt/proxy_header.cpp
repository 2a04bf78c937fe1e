#include "troupe/mqtt/proxy_header.hpp"

#include "decoder_parts.hpp"
#include "troupe/mqtt/ip_network.hpp"

#include <boost/crc.hpp>

#include <algorithm>
#include <charconv>

namespace troupe::mqtt {

namespace {

using namespace std::string_view_literals;

constexpr auto line_start = "PROXY "sv;
constexpr auto signature = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t fixed_size = 16; // of version 2

decode_result need(std::size_t size) { return {.status = decode_status::need_more, .size = size}; }
decode_result bad(const char* detail) {
  return {.status = decode_status::malformed, .reason = reason_code::malformed_packet, .detail = detail};
}
decode_result whole(std::size_t size) { return {.status = decode_status::complete, .size = size}; }

// -- addresses ---------------------------------------------------------------------------------------------

// The canonical text of an address in text form, or empty when it is none of that family.
std::string canonical(std::string_view text, bool six) {
  const auto address = parse_ip(text);
  return address && (text.find(':') != std::string_view::npos) == six ? to_string(*address) : std::string{};
}

// -- version 1 ---------------------------------------------------------------------------------------------

bool parse_port(std::string_view text, std::uint16_t& out) {
  if (text.empty() || text.size() > 5 || (text.size() > 1 && text.front() == '0'))
    return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

// The text up to the next blank, which goes too.
std::string_view take_word(std::string_view& line) {
  const auto word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(word.size() + 1, line.size()));
  return word;
}

// The line behind "PROXY ", without its end.
const char* parse_line(std::string_view line, proxy_header& out) {
  const auto family = take_word(line);
  if (family == "UNKNOWN")
    return nullptr; // the rest is to be ignored
  if (family != "TCP4" && family != "TCP6")
    return "a family other than TCP4, TCP6 and UNKNOWN";
  const bool six = family == "TCP6";
  const auto source = canonical(take_word(line), six);
  const auto destination = canonical(take_word(line), six);
  if (source.empty() || destination.empty())
    return "an address that is none of its family";
  std::uint16_t destination_port = 0;
  const auto source_port = take_word(line);
  if (!parse_port(source_port, out.port) || !parse_port(line, destination_port))
    return "a port that is not a number";
  out.host = source;
  return nullptr;
}

decode_result parse_v1(std::string_view input, proxy_header& out) {
  const auto start = input.substr(0, line_start.size());
  if (start != line_start.substr(0, start.size()))
    return bad("no PROXY header");
  const auto line = input.substr(0, max_proxy_header_v1);
  const auto end = line.find("\r\n");
  if (end == std::string_view::npos)
    return line.size() == max_proxy_header_v1 ? bad("a line of more than 107 bytes") : need(line.size() + 1);
  const char* fault = parse_line(line.substr(start.size(), end - start.size()), out);
  return fault != nullptr ? bad(fault) : whole(end + 2);
}

// -- version 2 ---------------------------------------------------------------------------------------------

constexpr std::uint8_t tlv_crc32c = 0x03;
constexpr std::uint8_t tlv_ssl = 0x20;
constexpr std::uint8_t tlv_ssl_cn = 0x22;
constexpr std::uint8_t ssl_certificate = 0x02 | 0x04; // of the client, in this connection or its session

// One type, length and value from the front; false when it is not whole.
bool take_tlv(reader& from, std::uint8_t& type, std::string_view& value) {
  std::uint16_t size = 0;
  if (!from.byte(type) || !from.u16(size) || from.rest.size() < size)
    return false;
  value = from.rest.substr(0, size);
  from.rest.remove_prefix(size);
  return true;
}

bool parse_ssl(reader ssl, proxy_header& out) {
  std::uint8_t flags = 0;
  std::uint32_t verify = 0; // 0: the proxy trusts the certificate
  if (!ssl.byte(flags) || !ssl.u32(verify))
    return false;
  while (!ssl.empty()) {
    std::uint8_t type = 0;
    std::string_view value;
    if (!take_tlv(ssl, type, value))
      return false;
    if (type == tlv_ssl_cn && (flags & ssl_certificate) != 0 && verify == 0)
      out.common_name = value;
  }
  return true;
}

// What the header holds, and where its checksum stands, if it has one.
struct parsed {
  proxy_header& header;
  std::string_view checksum = {};
};

bool note_checksum(std::string_view value, parsed& out) {
  const bool first = out.checksum.empty();
  out.checksum = value;
  return first && value.size() == 4;
}

bool parse_tlvs(reader tlvs, parsed& out) {
  while (!tlvs.empty()) {
    std::uint8_t type = 0;
    std::string_view value;
    if (!take_tlv(tlvs, type, value) || (type == tlv_ssl && !parse_ssl({value}, out.header)) ||
        (type == tlv_crc32c && !note_checksum(value, out)))
      return false;
  }
  return true;
}

// CRC-32C over the whole header, the four bytes of its checksum taken as zero.
bool checksum_is_right(std::string_view header, std::string_view checksum) {
  const auto at = static_cast<std::size_t>(checksum.data() - header.data());
  const auto rest = header.substr(at + checksum.size());
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(header.data(), at);
  crc.process_bytes("\0\0\0\0", checksum.size());
  crc.process_bytes(rest.data(), rest.size());
  std::uint32_t told = 0;
  return reader{checksum}.u32(told) && told == crc.checksum();
}

constexpr const char* bad_tlv = "a TLV that is not whole, or a checksum that is none";

// Two addresses and two ports of a family, then TLVs.
const char* parse_addresses(std::string_view body, std::size_t address_size, parsed& out) {
  if (body.size() < 2 * address_size + 4)
    return "addresses that are not whole";
  reader rest{body.substr(2 * address_size)};
  std::uint16_t destination_port = 0;
  rest.u16(out.header.port);
  rest.u16(destination_port);
  if (!parse_tlvs(rest, out))
    return bad_tlv;
  out.header.host = to_string(ip_from_bytes(body.substr(0, address_size)));
  return nullptr;
}

const char* parse_body(std::uint8_t family, std::string_view body, parsed& out) {
  switch (family) {
    case 0x00: return nullptr; // unspecified
    case 0x11: return parse_addresses(body, 4, out);
    case 0x21: return parse_addresses(body, 16, out);
    case 0x31: {
      constexpr std::size_t two_paths = 216;
      if (body.size() < two_paths)
        return "addresses that are not whole";
      return parse_tlvs({body.substr(two_paths)}, out) ? nullptr : bad_tlv;
    }
    default: return "a family or protocol other than TCP";
  }
}

decode_result parse_v2(std::string_view input, proxy_header& out) {
  const auto start = input.substr(0, signature.size());
  if (start != signature.substr(0, start.size()))
    return bad("no PROXY header");
  if (input.size() < fixed_size)
    return need(fixed_size);
  reader head{input.substr(signature.size())};
  std::uint8_t command = 0;
  std::uint8_t family = 0;
  std::uint16_t length = 0;
  head.byte(command);
  head.byte(family);
  head.u16(length);
  if (command != 0x20 && command != 0x21)
    return bad("a version other than 2, or a command other than LOCAL and PROXY");
  const std::size_t size = fixed_size + length;
  if (size > max_proxy_header)
    return bad("a header of more than 4096 bytes");
  if (input.size() < size)
    return need(size);
  const bool local = command == 0x20; // the proxy speaks for itself
  parsed what{out};
  const char* fault = local ? nullptr : parse_body(family, input.substr(fixed_size, length), what);
  if (fault == nullptr && !what.checksum.empty() && !checksum_is_right(input.substr(0, size), what.checksum))
    fault = "a checksum that is wrong";
  return fault != nullptr ? bad(fault) : whole(size);
}

} // namespace

decode_result parse_proxy_header(std::string_view input, proxy_header& out) {
  out = {};
  if (input.empty())
    return need(1);
  auto result = input.front() == line_start.front() ? parse_v1(input, out) : parse_v2(input, out);
  if (result.status != decode_status::complete)
    out = {};
  return result;
}

} // namespace troupe::mqtt
