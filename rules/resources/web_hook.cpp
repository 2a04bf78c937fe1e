#include "web_hook.hpp"

#include "../../actors/backends/tls_files.hpp"
#include "outage.hpp"
#include "resource_config.hpp"
#include "resources.hpp"
#include "troupe/access/outgoing_header.hpp"
#include "troupe/access/url.hpp"
#include "troupe/actors/http_client.hpp"
#include "troupe/mqtt/shown_text.hpp"

#include <boost/json/string.hpp>

#include <chrono>

namespace troupe {

namespace json = boost::json;

namespace {

using rules::parameter;

constexpr std::int64_t most_seconds = 3600, most_connections = 64;

constexpr parameter parameters[] = {
    {.name = "method",
     .type = "string",
     .required = false,
     .default_json = R"("POST")",
     .heading = {"Request Method", "请求方法"},
     .description = {"Request Method. \nNote that: the Payload Template of Action will be discarded in case "
                     "of GET method",
                     "请求方法。\n注意：当方法为 GET 时，动作中的 '消息内容模板' 参数会被忽略"},
     .choices_json = R"(["PUT","POST","GET","DELETE"])"},
    {.name = "url",
     .type = "string",
     .required = true,
     .heading = {"Request URL", "请求 URL"},
     .description = {"Request URL", "请求 URL"},
     .format = "url"},
    {.name = "connect_timeout",
     .type = "number",
     .required = false,
     .default_json = "5",
     .heading = {"Connect Timeout", "连接超时时间"},
     .description = {"Connect Timeout In Seconds", "连接超时时间，单位秒"},
     .least = 1,
     .most = most_seconds},
    {.name = "request_timeout",
     .type = "number",
     .required = false,
     .default_json = "5",
     .heading = {"Request Timeout", "请求超时时间时间"},
     .description = {"Request Timeout In Seconds", "请求超时时间，单位秒"},
     .least = 1,
     .most = most_seconds},
    {.name = "pool_size",
     .type = "number",
     .required = false,
     .default_json = "32",
     .heading = {"Pool Size", "池大小"},
     .description = {"Connection process pool size", "连接进程池大小"},
     .least = 1,
     .most = most_connections},
    {.name = "content_type",
     .type = "string",
     .required = false,
     .default_json = R"("application/json")",
     .heading = {"Content-Type", "Content-Type"},
     .description = {"The Content-Type of HTTP Request", "HTTP 请求头中的 Content-Type 字段值"},
     .choices_json = R"(["application/json","text/plain;charset=UTF-8"])"},
    {.name = "headers",
     .type = "object",
     .required = false,
     .default_json = "{}",
     .heading = {"Request Header", "请求头"},
     .description = {"The custom HTTP request headers", "自定义的 HTTP 请求头列表"}},
    {.name = "verify",
     .type = "boolean",
     .required = false,
     .default_json = "true",
     .heading = {"Verify Server Certificate", "校验服务器证书"},
     .description = {"Whether the server's certificate has to be valid and of its name or address",
                     "是否校验服务器证书及其名称或地址"}},
    {.name = "cacertfile",
     .type = "file",
     .required = false,
     .default_json = R"("")",
     .heading = {"CA Certificate File", "CA 证书文件"},
     .description = {"Whom to trust; empty: whom the system trusts", "信任的 CA 证书；为空则使用系统证书"}},
    {.name = "certfile",
     .type = "file",
     .required = false,
     .default_json = R"("")",
     .heading = {"Certificate File", "证书文件"},
     .description = {"To show to the server", "客户端证书"}},
    {.name = "keyfile",
     .type = "file",
     .required = false,
     .default_json = R"("")",
     .heading = {"Key File", "密钥文件"},
     .description = {"Its key", "客户端密钥"}},
    keep_time_parameter,
};

// EMQ X takes headers of any form; what is no text is not sent.
web_hook::header_list headers_of(const json::object& config) {
  web_hook::header_list out;
  if (const auto* headers = config.if_contains("headers"); headers != nullptr && headers->is_object())
    for (const auto& h : headers->get_object())
      if (h.value().is_string())
        out.emplace_back(std::string{h.key()}, std::string{h.value().get_string()});
  return out;
}

// As the API says it; empty: nothing is wrong with them.
std::string wrong_header(const web_hook::header_list& all) {
  constexpr std::size_t longest_name = 64;
  for (const auto& [name, value] : all)
    if (const auto fault = access::fault_of(name, value); fault != access::header_fault::none)
      return "{bad_header,<<\"" + mqtt::one_line(name, longest_name) + "\">>,<<\"expected " +
             access::expected_of(fault) + "\">>}";
  return {};
}

outgoing_tls tls_of(const json::object& config) {
  return {.cacertfile = config_text(config, "cacertfile"),
          .certfile = config_text(config, "certfile"),
          .keyfile = config_text(config, "keyfile"),
          .verify_peer = config_flag(config, "verify", true)};
}

std::variant<resource_ptr, std::string> make(const rules::resource_definition& d, caf::actor_system* system,
                                             const alarms_actor& alarms) {
  const auto address = access::parse_url(config_text(d.config, "url"));
  if (!address)
    return "{invalid_data_type,{url,url}}";
  auto headers = headers_of(d.config);
  if (auto wrong = wrong_header(headers); !wrong.empty())
    return wrong;
  http_client_settings settings;
  settings.server = *address;
  settings.tls = tls_of(d.config);
  if (const auto wrong = address->secure ? check_tls_files(settings.tls) : std::string{}; !wrong.empty())
    return "{bad_tls_options,<<\"" + wrong + "\">>}";
  settings.connect_timeout =
      std::chrono::seconds{config_number(d.config, "connect_timeout", 5, most_seconds)};
  settings.request_timeout =
      std::chrono::seconds{config_number(d.config, "request_timeout", 5, most_seconds)};
  pool_settings pool;
  pool.name = d.id;
  pool.type = d.type;
  pool.workers = static_cast<std::size_t>(config_number(d.config, "pool_size", 32, most_connections));
  go_through_outages(pool, d.config);
  settings.resend = pool.keep.count() == 0; // else the pool repeats
  pool.longest = settings.connect_timeout + settings.request_timeout + std::chrono::seconds{1};
  web_hook::request_form form{config_text(d.config, "method", "POST"), address->target,
                              config_text(d.config, "content_type", "application/json"), std::move(headers)};
  auto client = system == nullptr ? http_client_actor{} : spawn_http_client(*system, settings, pool, alarms);
  return std::make_shared<const web_hook>(d, client, std::move(form));
}

} // namespace

http_call web_hook::request(std::string_view path, std::string body) const {
  http_call out;
  out.method = form_.method;
  out.target = form_.target;
  if (!path.empty()) {
    if (out.target.ends_with('/'))
      out.target.pop_back();
    out.target.append(path.starts_with('/') ? "" : "/").append(path);
  }
  out.headers = form_.headers;
  if (form_.method != "GET") {
    out.content_type = form_.content_type;
    out.body = std::move(body);
  }
  return out;
}

const resource_row web_hook_row{
    "web_hook", "emqx_web_hook", {"WebHook", "WebHook"}, {"WebHook", "WebHook"}, parameters, make};

} // namespace troupe
