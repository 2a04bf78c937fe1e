// The actions data_to_pgsql and data_to_mysql: a statement for each output.
#include "action_database.hpp"
#include "actions.hpp"
#include "statement_template.hpp"

namespace troupe::rules {

namespace {

class data_to_sql final : public action {
public:
  data_to_sql(std::shared_ptr<const database_resource> to, statement_template statement)
      : to_(std::move(to)), statement_(std::move(statement)) {}

  bool run(const row& data, occasion& o) override {
    o.calls.push_back({to_, database_call{statement_.statement(), statement_.values(data, o.memory)}});
    return true;
  }

private:
  std::shared_ptr<const database_resource> to_;
  statement_template statement_;
};

constexpr parameter sql_parameters[] = {
    resource_parameter,
    {.name = "sql",
     .type = "string",
     .required = true,
     .heading = {"SQL Template", "SQL 模板"},
     .description =
         {"The statement. Each ${Var} in it becomes a parameter, and is never a part of the statement",
          "SQL 语句，其中的 ${Var} 作为绑定参数，不会拼接到语句中"},
     .input = "textarea"},
};

template <database_kind kind, access::parameter_marks marks>
std::variant<std::unique_ptr<action>, std::string> make_sql_action(const boost::json::object& params,
                                                                   const action_surroundings& around) {
  auto found = database_of(params, around, kind);
  if (auto* error = std::get_if<std::string>(&found))
    return std::move(*error);
  auto& to = std::get<std::shared_ptr<const database_resource>>(found);
  auto statement = statement_template::make(text_or_none(params, "sql"), marks);
  if (const auto* error = std::get_if<std::string>(&statement))
    return "{invalid_sql_template,<<\"" + *error + "\">>}";
  return std::make_unique<data_to_sql>(std::move(to), std::move(std::get<statement_template>(statement)));
}

} // namespace

const action_row data_to_pgsql_row{"data_to_pgsql",
                                   "emqx_backend_pgsql",
                                   "data_persist",
                                   {"Data to PostgreSQL", "保存数据到 PostgreSQL"},
                                   {"Store Data to PostgreSQL", "保存数据到 PostgreSQL"},
                                   sql_parameters,
                                   make_sql_action<database_kind::pgsql, access::parameter_marks::numbered>,
                                   {"backend_pgsql"}};
const action_row data_to_mysql_row{"data_to_mysql",
                                   "emqx_backend_mysql",
                                   "data_persist",
                                   {"Data to MySQL", "保存数据到 MySQL"},
                                   {"Store Data to MySQL", "保存数据到 MySQL"},
                                   sql_parameters,
                                   make_sql_action<database_kind::mysql, access::parameter_marks::question>,
                                   {"backend_mysql"}};

} // namespace troupe::rules
