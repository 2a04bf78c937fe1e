// A reference-counted pointer for immutable objects that threads share: one word, no control block.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace troupe::mqtt {

/// Base of what `ref` points to. `Derived::destroy(const Derived*)` frees the object.
template <class Derived>
class ref_counted {
public:
  ref_counted(const ref_counted&) = delete;
  ref_counted& operator=(const ref_counted&) = delete;

  void add_ref() const noexcept { add_refs(1); }

  /// Many at once, and what is left of them back: to an object that has another reference meanwhile.
  void add_refs(std::uint32_t n) const noexcept { refs_.fetch_add(n, std::memory_order_relaxed); }
  void return_refs(std::uint32_t n) const noexcept { refs_.fetch_sub(n, std::memory_order_release); }

  void release() const noexcept {
    // A sole owner needs no read-modify-write: nobody else can add a reference.
    if (refs_.load(std::memory_order_acquire) == 1 || refs_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      Derived::destroy(static_cast<const Derived*>(this));
  }

  bool unique() const noexcept { return refs_.load(std::memory_order_acquire) == 1; }

protected:
  ref_counted() = default;
  ~ref_counted() = default;

private:
  mutable std::atomic<std::uint32_t> refs_{1};
};

/// Owns one reference. A new object is born with one, which `adopt` takes over.
template <class T>
class ref {
public:
  ref() = default;
  ref(std::nullptr_t) {} // NOLINT(google-explicit-constructor): like the standard's pointers
  ref(const ref& other) noexcept : p_(other.p_) {
    if (p_ != nullptr)
      p_->add_ref();
  }
  ref(ref&& other) noexcept : p_(std::exchange(other.p_, nullptr)) {}
  ref& operator=(ref other) noexcept {
    std::swap(p_, other.p_);
    return *this;
  }
  ~ref() {
    if (p_ != nullptr)
      p_->release();
  }

  static ref adopt(T* p) noexcept {
    ref r;
    r.p_ = p;
    return r;
  }

  T* get() const noexcept { return p_; }
  T* operator->() const noexcept { return p_; }
  T& operator*() const noexcept { return *p_; }
  explicit operator bool() const noexcept { return p_ != nullptr; }
  friend bool operator==(const ref& a, const ref& b) noexcept { return a.p_ == b.p_; }
  friend bool operator==(const ref& a, std::nullptr_t) noexcept { return a.p_ == nullptr; }

private:
  T* p_ = nullptr;
};

/// One reference, and more taken in advance: to hand one out costs no atomic operation, which for what each
/// message refers to is much of what the message costs.
template <class T>
class ref_stock {
public:
  ref_stock() = default;
  explicit ref_stock(ref<T> own) noexcept : own_(std::move(own)) {}
  ref_stock(const ref_stock&) = delete;
  ref_stock& operator=(const ref_stock&) = delete;
  ~ref_stock() { clear(); }

  ref_stock& operator=(ref<T> own) noexcept {
    clear();
    own_ = std::move(own);
    return *this;
  }

  /// Another reference; null when there is nothing to refer to.
  ref<T> hand_out() noexcept {
    if (own_ == nullptr)
      return nullptr;
    if (ahead_ == 0)
      own_->add_refs(ahead_ = batch);
    --ahead_;
    return ref<T>::adopt(own_.get());
  }

  const ref<T>& own() const noexcept { return own_; }
  T* get() const noexcept { return own_.get(); }
  T* operator->() const noexcept { return own_.get(); }
  explicit operator bool() const noexcept { return static_cast<bool>(own_); }

private:
  static constexpr std::uint32_t batch = 64;

  void clear() noexcept {
    if (ahead_ > 0)
      own_->return_refs(std::exchange(ahead_, 0));
    own_ = nullptr;
  }

  ref<T> own_;
  std::uint32_t ahead_ = 0;
};

} // namespace troupe::mqtt
