// The action data_to_webserver: an HTTP request of a web_hook (reference/rule-engine.md section 8).
#include "../resources/web_hook.hpp"
#include "action_resource.hpp"
#include "actions.hpp"
#include "troupe/rules/template.hpp"

namespace troupe::rules {

namespace {

class data_to_webserver final : public action {
public:
  data_to_webserver(std::shared_ptr<const web_hook> server, std::string path, std::string payload)
      : server_(std::move(server)), path_(std::move(path)), payload_(std::move(payload)) {}

  bool run(const row& data, occasion& o) override {
    std::string path, body;
    path_.fill(path, data, o.memory);
    if (payload_.empty())
      data.append_json(body);
    else
      payload_.fill(body, data, o.memory);
    o.calls.push_back({server_, server_->request(path, std::move(body))});
    return true;
  }

private:
  std::shared_ptr<const web_hook> server_;
  text_template path_, payload_;
};

constexpr parameter parameters[] = {
    resource_parameter,
    {.name = "path",
     .type = "string",
     .required = false,
     .default_json = R"("")",
     .heading = {"Path", "Path"},
     .description =
         {"The path part of the URL, support using ${Var} to get the field value output by the rule.",
          "URL 的路径部分，支持使用 ${Var} 获取规则输出的字段值。"}},
    payload_parameter,
};

std::variant<std::unique_ptr<action>, std::string> make(const boost::json::object& params,
                                                        const action_surroundings& around) {
  auto found = resource_of<web_hook>(params, around);
  if (auto* error = std::get_if<std::string>(&found))
    return std::move(*error);
  auto& server = std::get<std::shared_ptr<const web_hook>>(found);
  return std::make_unique<data_to_webserver>(std::move(server), text_or_none(params, "path"),
                                             text_or_none(params, "payload_tmpl"));
}

} // namespace

const action_row data_to_webserver_row{"data_to_webserver",
                                       "emqx_web_hook",
                                       "data_forward",
                                       {"Data to Web Server", "发送数据到 Web 服务"},
                                       {"Forward Messages to Web Server", "将数据转发给 Web 服务"},
                                       parameters,
                                       make,
                                       "web_hook"};

} // namespace troupe::rules
