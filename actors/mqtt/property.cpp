#include "troupe/mqtt/property.hpp"

#include "decoder_parts.hpp"
#include "property_table.hpp"
#include "troupe/mqtt/codec.hpp"

#include <algorithm>

namespace troupe::mqtt {

bool take_property(std::string_view& rest, property_entry& out) noexcept {
  reader in{rest};
  std::uint8_t id = 0;
  if (!in.byte(id))
    return false;
  out.id = static_cast<property>(id);
  out.number = 0;
  out.text = {};
  out.value = {};
  bool whole = false;
  switch (rule_of(out.id).type) {
    case property_type::byte: {
      std::uint8_t n = 0;
      whole = in.byte(n);
      out.number = n;
      break;
    }
    case property_type::u16: {
      std::uint16_t n = 0;
      whole = in.u16(n);
      out.number = n;
      break;
    }
    case property_type::u32: whole = in.u32(out.number); break;
    case property_type::varint: whole = in.varint(out.number); break;
    case property_type::text:
    case property_type::binary: whole = in.text(out.text); break;
    case property_type::pair: whole = in.text(out.text) && in.text(out.value); break;
    case property_type::none: break;
  }
  if (!whole)
    return false;
  out.raw = rest.substr(0, rest.size() - in.rest.size());
  rest = in.rest;
  return true;
}

property_entry property_view::take_validated(std::string_view& rest) noexcept {
  property_entry entry;
  if (!take_property(rest, entry))
    rest = {}; // only where a caller made the view of bytes that nobody validated
  return entry;
}

std::optional<std::uint32_t> property_view::number(property id) const noexcept {
  for (std::string_view rest = raw_; !rest.empty();)
    if (const property_entry entry = take_validated(rest); entry.id == id)
      return entry.number;
  return std::nullopt;
}

std::optional<std::string_view> property_view::text(property id) const noexcept {
  for (std::string_view rest = raw_; !rest.empty();)
    if (const property_entry entry = take_validated(rest); entry.id == id)
      return entry.text;
  return std::nullopt;
}

namespace {

void append_big_endian(std::string& to, std::uint32_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
    to.push_back(static_cast<char>(value >> shift));
}

void append_text(std::string& to, std::string_view text) {
  text = text.substr(0, max_text_size);
  append_big_endian(to, static_cast<std::uint32_t>(text.size()), 2);
  to.append(text);
}

} // namespace

property_writer& property_writer::number(property id, std::uint32_t value) {
  bytes_.push_back(static_cast<char>(id));
  switch (rule_of(id).type) {
    case property_type::byte: append_big_endian(bytes_, value, 1); break;
    case property_type::u16: append_big_endian(bytes_, value, 2); break;
    case property_type::u32: append_big_endian(bytes_, value, 4); break;
    case property_type::varint: {
      char digits[4];
      bytes_.append(digits, write_varint(digits, std::min(value, max_varint)));
      break;
    }
    default: bytes_.pop_back(); break; // no number
  }
  return *this;
}

property_writer& property_writer::text(property id, std::string_view value) {
  const property_type type = rule_of(id).type;
  if (type == property_type::text || type == property_type::binary) {
    bytes_.push_back(static_cast<char>(id));
    append_text(bytes_, value);
  }
  return *this;
}

property_writer& property_writer::user_property(std::string_view name, std::string_view value) {
  bytes_.push_back(static_cast<char>(property::user_property));
  append_text(bytes_, name);
  append_text(bytes_, value);
  return *this;
}

property_writer& property_writer::raw(std::string_view validated_entries) {
  bytes_.append(validated_entries);
  return *this;
}

} // namespace troupe::mqtt
