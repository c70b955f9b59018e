;; What std asks of every program but a sealed component has no use for: no
;; environment, no terminal, no way to exit. `insecure-seed`, the start of std's
;; hash maps, comes from the host's real randomness, never from a constant.
(component
  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-u64" (func (result u64)))))
  (core func $u64 (canon lower (func $random "get-random-u64")))

  (core module $inert
    (import "random" "u64" (func $u64 (result i64)))
    ;; Results of more than one word lie in memory: address 0 holds zeros (an
    ;; empty list, an absent option), address 16 the seed.
    (memory (export "memory") 1 1)
    (func (export "nothing") (result i32) (i32.const 0))
    (func (export "exit") (param i32) (unreachable))
    (func (export "seed") (result i32)
      (i64.store (i32.const 16) (call $u64))
      (i64.store (i32.const 24) (call $u64))
      (i32.const 16)))
  (core instance $inert (instantiate $inert
    (with "random" (instance (export "u64" (func $u64))))))
  (alias core export $inert "memory" (core memory $memory))

  (func $get-environment (result (list (tuple string string)))
    (canon lift (core func $inert "nothing") (memory $memory)))
  (func $get-arguments (result (list string))
    (canon lift (core func $inert "nothing") (memory $memory)))
  (func $initial-cwd (result (option string))
    (canon lift (core func $inert "nothing") (memory $memory)))
  (instance $environment
    (export "get-environment" (func $get-environment))
    (export "get-arguments" (func $get-arguments))
    (export "initial-cwd" (func $initial-cwd)))
  (export "wasi:cli/environment@0.2.0" (instance $environment))

  (func $exit (param "status" (result))
    (canon lift (core func $inert "exit")))
  (instance $exit (export "exit" (func $exit)))
  (export "wasi:cli/exit@0.2.0" (instance $exit))

  (func $insecure-seed (result (tuple u64 u64))
    (canon lift (core func $inert "seed") (memory $memory)))
  (instance $insecure-seed (export "insecure-seed" (func $insecure-seed)))
  (export "wasi:random/insecure-seed@0.2.0" (instance $insecure-seed))

  (type $input' (resource (rep i32)))
  (instance $terminal-input (export "terminal-input" (type $input')))
  (export $input "wasi:cli/terminal-input@0.2.0" (instance $terminal-input))
  (alias export $input "terminal-input" (type $terminal-input))

  (type $output' (resource (rep i32)))
  (instance $terminal-output (export "terminal-output" (type $output')))
  (export $output "wasi:cli/terminal-output@0.2.0" (instance $terminal-output))
  (alias export $output "terminal-output" (type $terminal-output))

  (func $no-input (result (option (own $terminal-input)))
    (canon lift (core func $inert "nothing") (memory $memory)))
  (instance $stdin
    (export "terminal-input" (type $terminal-input))
    (export "get-terminal-stdin" (func $no-input)))
  (export "wasi:cli/terminal-stdin@0.2.0" (instance $stdin))

  (func $no-output (result (option (own $terminal-output)))
    (canon lift (core func $inert "nothing") (memory $memory)))
  (instance $stdout
    (export "terminal-output" (type $terminal-output))
    (export "get-terminal-stdout" (func $no-output)))
  (export "wasi:cli/terminal-stdout@0.2.0" (instance $stdout))
  (instance $stderr
    (export "terminal-output" (type $terminal-output))
    (export "get-terminal-stderr" (func $no-output)))
  (export "wasi:cli/terminal-stderr@0.2.0" (instance $stderr)))
