#include "resource_files.hpp"

#include "troupe/actors/durable_file.hpp"
#include "troupe/actors/rule_resource.hpp"
#include "troupe/mqtt/hex.hpp"

#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

namespace troupe {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

struct openssl_freed {
  void operator()(BIO* b) const noexcept { BIO_free(b); }
  void operator()(X509* c) const noexcept { X509_free(c); }
  void operator()(EVP_PKEY* k) const noexcept { EVP_PKEY_free(k); }
};

int no_password(char*, int, int, void*) { return 0; }

// What is wrong with it; empty: nothing.
std::string check_pem(std::string_view text, bool of_key) {
  const std::unique_ptr<BIO, openssl_freed> in{
      BIO_new_mem_buf(text.empty() ? "" : text.data(), static_cast<int>(text.size()))};
  if (!in)
    return "no memory";
  std::string wrong;
  if (of_key) {
    const std::unique_ptr<EVP_PKEY, openssl_freed> key{
        PEM_read_bio_PrivateKey(in.get(), nullptr, no_password, nullptr)};
    wrong = key ? "" : "it has no private key in PEM without a password";
  } else {
    const std::unique_ptr<X509, openssl_freed> first{
        PEM_read_bio_X509_AUX(in.get(), nullptr, no_password, nullptr)};
    wrong = first ? "" : "it has no certificate in PEM";
  }
  ERR_clear_error();
  return wrong;
}

// Null, and an object without a name: there is none.
bool is_set(const json::object& file) {
  const auto* name = file.if_contains("filename");
  return name != nullptr && !name->is_null() && !(name->is_string() && name->get_string().empty());
}

std::string_view text_in(const json::object& file) {
  const auto* text = file.if_contains("file");
  return text != nullptr && text->is_string() ? std::string_view{text->get_string()} : std::string_view{};
}

std::string check_file(const json::object& file, bool of_key) {
  const auto& name = file.at("filename");
  if (!name.is_string() || name.get_string().size() > resource_files::longest_name)
    return fmt::format("its filename is no text of {} bytes at most", resource_files::longest_name);
  const auto text = text_in(file);
  if (text.size() > resource_files::most_bytes)
    return fmt::format("it has more than {} bytes", resource_files::most_bytes);
  return check_pem(text, of_key);
}

struct sent_file {
  const char* parameter;
  const json::object* file;
};

// As the parameters of its type say, in their order.
std::vector<sent_file> files_of(const rules::resource_definition& d) {
  std::vector<sent_file> out;
  if (const auto* type = find_resource_type(d.type))
    for (const auto& p : type->parameters)
      if (std::string_view{p.type} == "file")
        if (const auto* v = d.config.if_contains(p.name); v != nullptr && v->is_object())
          out.push_back({p.name, &v->get_object()});
  return out;
}

bool has(const resource_definitions& all, std::string_view text) {
  return std::any_of(all.begin(), all.end(), [&](const auto& d) {
    const auto files = files_of(d.second);
    return std::any_of(files.begin(), files.end(),
                       [&](const sent_file& f) { return is_set(*f.file) && text_in(*f.file) == text; });
  });
}

bool is_in(const std::string& path, std::string_view text) {
  std::ifstream in{path, std::ios::binary};
  return in && std::string{std::istreambuf_iterator<char>{in}, {}} == text;
}

} // namespace

std::string resource_files::path_of(std::string_view text) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  std::size_t size = 0;
  if (EVP_Q_digest(nullptr, "SHA256", nullptr, text.data(), text.size(), digest.data(), &size) != 1)
    return folder_ + "/none.pem"; // there is always SHA-256
  return folder_ + '/' + mqtt::to_hex({reinterpret_cast<const char*>(digest.data()), size}) + ".pem";
}

std::string resource_files::write(const rules::resource_definition& d) const {
  for (const auto& f : files_of(d)) {
    if (!is_set(*f.file))
      continue;
    auto wrong = check_file(*f.file, std::string_view{f.parameter} == "keyfile");
    if (wrong.empty())
      wrong = write(f.parameter, text_in(*f.file));
    if (!wrong.empty())
      return fmt::format("{{bad_tls_options,<<\"{}: {}\">>}}", f.parameter, wrong);
  }
  return {};
}

// What is wrong; empty: nothing.
std::string resource_files::write(const char* parameter, std::string_view text) const {
  if (folder_.empty())
    return std::string{parameter} + " has to be a path here";
  const auto path = path_of(text);
  if (is_in(path, text))
    return {};
  std::error_code failed;
  fs::create_directories(folder_, failed);
  fs::permissions(folder_, fs::perms::owner_all, failed);
  const auto error = replace_file(folder_, fs::path{path}.filename().string(), text);
  return error == 0 ? std::string{} : "it cannot be written: " + std::generic_category().message(error);
}

rules::resource_definition resource_files::with_paths(rules::resource_definition d) const {
  for (const auto& f : files_of(d)) {
    const auto path = is_set(*f.file) ? path_of(text_in(*f.file)) : std::string{};
    d.config[f.parameter] = path; // ends the file that `f` names
  }
  return d;
}

void resource_files::remove(const rules::resource_definition& d, const resource_definitions& kept) const {
  std::error_code failed;
  for (const auto& f : files_of(d))
    if (!folder_.empty() && is_set(*f.file) && !has(kept, text_in(*f.file)))
      fs::remove(path_of(text_in(*f.file)), failed);
}

void resource_files::remove_others(const resource_definitions& kept) const {
  std::set<std::string> known;
  for (const auto& [id, d] : kept)
    for (const auto& f : files_of(d))
      if (is_set(*f.file))
        known.insert(path_of(text_in(*f.file)));
  std::error_code failed;
  std::vector<fs::path> others;
  for (fs::directory_iterator i{folder_, failed}, end; !failed && i != end; i.increment(failed))
    if (!known.contains(i->path().string()))
      others.push_back(i->path());
  for (const auto& path : others)
    fs::remove(path, failed);
}

} // namespace troupe
