"""Words of a proof that are no lemma: tactics, term keywords, and the vocabulary of the statement grammar."""

from __future__ import annotations

_TACTICS = """
abel abel_nf aesop all_goals any_goals apply apply_fun apply_rules assumption assumption_mod_cast
beta_reduce bound by_cases by_contra by_contra! calc case cases cases' change choose classical clear
congr congr! constructor constructorm contradiction contrapose contrapose! conv convert convert!
cutsat decide done dsimp erw eta_reduce exact exact_mod_cast exacts exfalso exists ext
fail_if_success field field_simp filter_upwards fin_cases first focus funext gcongr generalize grind
group have haveI induction induction' infer_instance injection interval_cases intro intros iterate
left let letI lhs lia lift linarith linear_combination linear_combination' measurability module next
nlinarith noncomm_ring norm_cast norm_num nth_rewrite nth_rw obtain omega on_goal order positivity
push push_cast push_neg qify rcases refine refine' rel rename rename_i repeat replace revert rewrite
rhs right ring ring1 ring1_nf ring_nf rintro rotate_left rw rwa set show simp simp_all simp_arith
simp_rw simpa simpa! skip specialize split split_ifs subst subst_vars suffices swap symm tauto trans
trivial try unfold use wlog zify
"""
_KEYWORDS = """
arith at by decreasing_by do else false from fun generalizing hiding if in match nofun nomatch only
open renaming return rfl scoped termination_by then this true using using! where with
"""
_OPEN = "sorry admit stop native_decide exact? apply? rw? simp? simp_all? aesop? hint says"  # another rule's
_GRAMMAR = """
DecidableEq EuclideanSpace Finset.Ico Finset.range Fintype InnerProductSpace Matrix
NormedAddCommGroup NormedSpace Prop Real.sqrt Sort Type _ inner ℂ ℕ ℚ ℝ ℤ
"""

WORDS = frozenset((*_TACTICS.split(), *_KEYWORDS.split(), *_OPEN.split(), *_GRAMMAR.split()))

# Fields that belong to Lean's own connectives: `Iff.mp`, `And.left`, …
PROJECTIONS = frozenset(("mp", "mpr", "left", "right", "fst", "snd"))
