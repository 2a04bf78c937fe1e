#include "troupe/actors/http_client.hpp"

#include "http_connection.hpp"
#include "pool.hpp"

namespace troupe {

namespace {

class http_worker final : public backend_worker<http_call, http_answer> {
public:
  explicit http_worker(const http_client_settings& settings) : connection_(settings) {}

  http_answer ask(const http_call& call) override { return connection_.ask(call); }
  bool probe() override {
    why_ = connection_.probe();
    return why_.empty();
  }
  std::string probe_error() const override { return why_; }
  void interrupt() noexcept override { connection_.interrupt(); }

private:
  http_connection connection_;
  std::string why_;
};

} // namespace

http_client_actor spawn_http_client(caf::actor_system& system, const http_client_settings& settings,
                                    const pool_settings& pool_of, const alarms_actor& alarms) {
  return system.spawn<pool<http_call, http_answer>>(
      pool_of, [settings] { return std::make_shared<http_worker>(settings); }, alarms);
}

} // namespace troupe
