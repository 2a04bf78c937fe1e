// The action data_to_redis: a command for each output. It is split into words before they are filled, so that
// what a message says stays within its word.
#include "../../actors/backends/redis_connection.hpp"
#include "action_database.hpp"
#include "actions.hpp"
#include "troupe/rules/template.hpp"

namespace troupe::rules {

namespace {

class data_to_redis final : public action {
public:
  data_to_redis(std::shared_ptr<const database_resource> to, std::vector<text_template> words)
      : to_(std::move(to)), words_(std::move(words)) {}

  bool run(const row& data, occasion& o) override {
    database_call call;
    for (const auto& w : words_)
      w.fill(call.values.emplace_back(std::string{}).value(), data, o.memory);
    o.calls.push_back({to_, std::move(call)});
    return true;
  }

private:
  std::shared_ptr<const database_resource> to_;
  std::vector<text_template> words_;
};

constexpr parameter redis_action_parameters[] = {
    resource_parameter,
    {.name = "cmd",
     .type = "string",
     .required = true,
     .heading = {"Redis Command", "Redis 命令"},
     .description =
         {"The command, its words between blanks: HMSET mqtt:msg:${id} payload ${payload}. What stands "
          "for a ${Var} stays within its word",
          "Redis 命令，参数以空格分隔，例如 HMSET mqtt:msg:${id} payload ${payload}。${Var} "
          "的值不会再被拆分"},
     .input = "textarea"},
};

std::variant<std::unique_ptr<action>, std::string> make_redis_action(const boost::json::object& params,
                                                                     const action_surroundings& around) {
  auto found = database_of(params, around, database_kind::redis);
  if (auto* error = std::get_if<std::string>(&found))
    return std::move(*error);
  auto& to = std::get<std::shared_ptr<const database_resource>>(found);
  const std::string command = text_or_none(params, "cmd"); // its words are views of it
  std::vector<text_template> words;
  for (const auto word : words_of_command(command))
    words.emplace_back(std::string{word});
  if (words.empty() || words.front().has_placeholders())
    return R"({invalid_command_template,<<"its first word, the command, has to stand there as it is">>})";
  return std::make_unique<data_to_redis>(std::move(to), std::move(words));
}

} // namespace

const action_row data_to_redis_row{"data_to_redis",
                                   "emqx_backend_redis",
                                   "data_persist",
                                   {"Data to Redis", "保存数据到 Redis"},
                                   {"Store Data to Redis", "保存数据到 Redis"},
                                   redis_action_parameters,
                                   make_redis_action,
                                   {"backend_redis"}};

} // namespace troupe::rules
