import Lake

open Lake DSL

package LivingInference where
  testDriver := "LivingInferenceTest"
  leanOptions := #[
    ⟨`pp.unicode.fun, true⟩,
    ⟨`autoImplicit, false⟩,
    ⟨`relaxedAutoImplicit, false⟩,
    -- As inside Mathlib, so that instance search behaves as it does there.
    ⟨`maxSynthPendingDepth, .ofNat 3⟩
  ]

-- Mathlib fixes its toolchain: this revision and `lean-toolchain` move together.
require mathlib from git
  "https://github.com/leanprover-community/mathlib4.git" @
  "81a5d257c8e410db227a6665ed08f64fea08e997"

@[default_target]
lean_lib LivingInference

lean_lib LivingInferenceTest where
  globs := #[`LivingInferenceTest.+]
