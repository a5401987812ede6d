"""What `scipy.special` and `scipy.linalg` offer and no rule covers: why, and what to write instead.

Values that are not differentiated may be passed to all of these.
"""

from __future__ import annotations

# Reason, what to write instead, names
GROUPS: tuple[tuple[str, str, str], ...] = (
    (
        "its result or an argument is complex",
        "write the real and imaginary parts as separate values",
        "scipy.special: lambertw wofz hankel1 hankel1e hankel2 hankel2e h1vp h2vp modfresnelm "
        "modfresnelp sph_harm_y sph_harm_y_all kelvin; "
        "scipy.linalg: eig eigvals cdf2rdf rsf2csf dft logm funm cosm sinm tanm "
        "fractional_matrix_power signm",
    ),
    (
        "it is for integers: between them it is not what it seems",
        "`scipy.special.binom(n, k)`, `scipy.special.gamma(n + 1)`",
        "scipy.special: comb factorial factorial2 factorialk perm stirling2 bernoulli euler",
    ),
    (
        "it makes an object that is a polynomial",
        "the function that evaluates it: `scipy.special.eval_legendre(n, x)`",
        "scipy.special: c_roots cg_roots chebyc chebys chebyt chebyu gegenbauer genlaguerre "
        "hermite hermitenorm jacobi laguerre legendre sh_chebyt sh_chebyu sh_jacobi sh_legendre",
    ),
    (
        "it gives zeros or nodes, for integers",
        "call it outside of what is differentiated",
        "scipy.special: ai_zeros bei_zeros beip_zeros ber_zeros berp_zeros bi_zeros erf_zeros "
        "fresnel_zeros fresnelc_zeros fresnels_zeros h_roots he_roots j_roots jn_zeros jnjnp_zeros "
        "jnp_zeros jnyn_zeros js_roots kei_zeros keip_zeros kelvin_zeros ker_zeros kerp_zeros "
        "l_roots la_roots p_roots ps_roots roots_chebyc roots_chebys roots_chebyt roots_chebyu "
        "roots_gegenbauer roots_genlaguerre roots_hermite roots_hermitenorm roots_jacobi "
        "roots_laguerre roots_legendre roots_sh_chebyt roots_sh_chebyu roots_sh_jacobi "
        "roots_sh_legendre s_roots t_roots ts_roots u_roots us_roots y0_zeros y1_zeros y1p_zeros "
        "yn_zeros ynp_zeros",
    ),
    (
        "there is none yet",
        "`scipy.special.eval_jacobi`, or a `custom_rule`",
        "scipy.special: eval_chebyc eval_chebys eval_sh_chebyt eval_sh_chebyu eval_sh_jacobi "
        "eval_sh_legendre assoc_laguerre assoc_legendre_p assoc_legendre_p_all legendre_p "
        "legendre_p_all lpmv lqmn lqn sph_legendre_p sph_legendre_p_all",
    ),
    (
        "there is none yet",
        "`scipy.special.betainc`, `gammainc`, `ndtr` and the like, or a `custom_rule`",
        "scipy.special: bdtr bdtrc bdtri bdtrik bdtrin btdtria btdtrib chdtriv chndtr chndtridf "
        "chndtrinc chndtrix fdtr fdtrc fdtri fdtridfd gdtria gdtrib gdtrix kolmogi kolmogorov "
        "nbdtr nbdtrc nbdtri nbdtrik nbdtrin ncfdtr ncfdtri ncfdtridfd ncfdtridfn ncfdtrinc "
        "nctdtr nctdtridf nctdtrinc nctdtrit nrdtrimn nrdtrisd pdtri pdtrik smirnov smirnovi "
        "stdtridf tklmbda",
    ),
    (
        "there is none yet",
        "a `custom_rule`",
        "scipy.special: agm airye bei beip ber berp besselpoly diric ellip_harm ellip_harm_2 "
        "ellip_normal elliprc elliprd elliprf elliprg elliprj it2i0k0 it2j0y0 it2struve0 itairy "
        "itmodstruve0 itstruve0 kei keip ker kerp lmbda log_wright_bessel mathieu_a mathieu_b "
        "mathieu_cem mathieu_even_coef mathieu_modcem1 mathieu_modcem2 mathieu_modsem1 "
        "mathieu_modsem2 mathieu_odd_coef mathieu_sem modstruve obl_ang1 obl_ang1_cv obl_cv "
        "obl_cv_seq obl_rad1 obl_rad1_cv obl_rad2 obl_rad2_cv pbdn_seq pbdv pbdv_seq pbvv "
        "pbvv_seq pbwa pro_ang1 pro_ang1_cv pro_cv pro_cv_seq pro_rad1 pro_rad1_cv pro_rad2 "
        "pro_rad2_cv riccati_jn riccati_yn struve voigt_profile wright_bessel zetac",
    ),
    (
        "it is a setting or a test",
        "leave it out of what is differentiated",
        "scipy.special: errstate geterr seterr test; "
        "scipy.linalg: test find_best_blas_type get_blas_funcs get_lapack_funcs",
    ),
    (
        "there is none yet",
        "`scipy.linalg.solve_banded`, `scipy.linalg.eigh` or `cholesky` of the whole matrix",
        "scipy.linalg: cho_solve_banded cholesky_banded eig_banded eigh_tridiagonal "
        "eigvals_banded eigvalsh_tridiagonal solveh_banded",
    ),
    (
        "there is none yet",
        "`scipy.linalg.solve`, `toeplitz`, `circulant` or `pinv`",
        "scipy.linalg: matmul_toeplitz convolution_matrix solve_circulant pinvh fiedler_companion",
    ),
    (
        "there is none yet",
        "`scipy.linalg.qr`, `svd` or `eigh`",
        "scipy.linalg: cossin hessenberg ldl matrix_balance null_space ordqz orth "
        "orthogonal_procrustes polar qr_delete qr_insert qr_multiply qr_update qz rq schur "
        "subspace_angles diagsvd expm_cond",
    ),
    (
        "there is none yet",
        "`root`, with the equation that it solves",
        "scipy.linalg: solve_continuous_are solve_discrete_are",
    ),
    (
        "it is made from integers, or draws random numbers",
        "call it outside of what is differentiated",
        "scipy.linalg: clarkson_woodruff_transform hadamard helmert hilbert invhilbert invpascal "
        "pascal",
    ),
)

# Of modules that are accounted for by what they have rules for
OTHERS: dict[str, tuple[str, str]] = {
    "scipy.stats": (
        "the functions of common distributions have one, called with their parameters",
        "`stats.norm.logpdf(x, loc, scale)` and the like, or write it out",
    ),
    "scipy.signal": (
        "convolutions, correlations and `lfilter` have one",
        "`scipy.signal.convolve`, `scipy.signal.lfilter`, or `numpy`",
    ),
    "scipy.integrate": (
        "`trapezoid`, `simpson` and `cumulative_trapezoid` have one",
        "write the steps as a loop",
    ),
}
