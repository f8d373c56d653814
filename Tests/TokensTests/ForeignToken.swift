import Testing

/// Keys and tokens by another implementation: PyJWT 2.15 over cryptography 50. All keys were made for these tests.
struct ForeignToken: Sendable, CustomTestStringConvertible {
    let algorithm: String
    /// The key's name in ``keys``.
    let key: String
    /// By the key, with the algorithm.
    let genuine: String
    /// By another key of the same kind.
    let foreign: String
    /// By the key, but with another algorithm of its family than the header says; nil where it has one algorithm.
    let swapped: String?

    var testDescription: String { "\(algorithm) with \(key)" }

    static let keys: [String: String] = [
        "oct": #"""
        {"kty":"oct","k":"DFx32wqMwepe7Sp-dytVJABuoJNhwkAguDEXKVEoEAVl8SKsdLl87ekCiglsVBKNCaa1oRx0qqUdyyZnKd\#
        qCHQ"}
        """#,
        "rsa": #"""
        {"kty":"RSA","n":"sTrR1UHEv5YJZ3iHoLtyGD4NaJaaOJHsrlP5lxqTq3PYpxpNs4TSoSRWVKzdawC1U4nizc07izGvIAFg9R\#
        VHfmoqWO3-Cp86CHvHKnyteODxoNrYsGT1zbgc4sBWlqgGpTZWmmyEWmrhiMR_54z3GqkPOkS7PhIeyDdGiw6a0MZzXktYxthNXY\#
        4f9U-T36-dsmMMiP5yVzQBKp4tvSWA3ZxvVI0pX4hxAxyW59VGUGQdq4P8JANhOw1DupZWnJQuyzC7EvBdGpQDl8SUZgwWLw-vdE\#
        QWtw73j0LSLhJ43ZBSfX2rk1QiM6BbqKF-pIGalp-dB0he7uUlxlG3hwiLUw","e":"AQAB"}
        """#,
        "p256": #"""
        {"kty":"EC","crv":"P-256","x":"TtO5cFms5lLkKlosuOGf5WvJE_hFaKHEMqg6AdPhkrk","y":"KH24RESH7jngtNsUAif\#
        qxaLvrNrAHIEnDKAWM6RhXx8"}
        """#,
        "p384": #"""
        {"kty":"EC","crv":"P-384","x":"e0Q5gGZGmMJn7Oq34L_P3fQZDhkRQvDfxgnKlBx1sl8YRDEYFxfW1YeBxFbbdv0F","y"\#
        :"vRDV8GAGe81Q4D5PtcrKuol9-zEA7ZOcnkZ0Qsw7FMK6-EKPnIa7-h0HRz0irKJ-"}
        """#,
        "p521": #"""
        {"kty":"EC","crv":"P-521","x":"AfHmEY9kew52aPPWgffYkOADyn3eIsN6oct1IKvL_PJCLwwn5ZJAeo-euCeFWAsgp1eBG\#
        ThHCYBqSTvCTwdXbs0n","y":"AZA1sGHcgCwybLs3dpYpT6VztJlBLcyYI5e1Y5PgOmlYiz3DhJmAo_AObbvSbzO0gRrHKCwrB4\#
        fBQpGNqZ7L1Lay"}
        """#,
        "ed25519": #"""
        {"x":"XpENVD2UxB7Rzf1G3Y1ziNdrF8mvMJs1TXNpA37Hxxs","kty":"OKP","crv":"Ed25519"}
        """#,
        "ed448": #"""
        {"x":"PeN06kmNzzEJMITAdx42pmMmSLxmhkBHy5JD8As1Cc2GFzmf395Ekc_jD-_b7fQlDw_8QrA-9x2A","kty":"OKP","crv\#
        ":"Ed448"}
        """#,
    ]

    static let all = [
        ForeignToken(
            algorithm: "HS256", key: "oct",
            genuine: """
                eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiSFMyNTYifQ.iHxi5g-26BPrtqGe6S3s\
                nOH_YK6cUBZRqVkYiCWCVUY
                """,
            foreign: """
                eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiSFMyNTYifQ.E2TEd14RqnsWwbl1tpbQ\
                5wzO23ciNMCf9FItSUCzP0o
                """,
            swapped: """
                eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiSFMyNTYifQ.hbE8I0VojcmyJjmrIDbG\
                vnxRtoxoh0bzr4s4iEkSbt7AvZzL_D3WaTyQii3E0GKy
                """),
        ForeignToken(
            algorithm: "HS384", key: "oct",
            genuine: """
                eyJhbGciOiJIUzM4NCIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiSFMzODQifQ.6f7zRVg3mlVwsqZ_IFjl\
                aY1PUZ1YhUyInCt0L5-x8oKs08y05iAEqXakKPUEJq7S
                """,
            foreign: """
                eyJhbGciOiJIUzM4NCIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiSFMzODQifQ.BhpPNWjmzGaflkJ9Ccmw\
                urvlQKjujEbWp1vG0kZ59BTO_OCv6iAm0sEqWFg3flbY
                """,
            swapped: """
                eyJhbGciOiJIUzM4NCIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiSFMzODQifQ.LI9nd6HpUohnSpYFCNLy\
                v8QUulAb9psKXBqYJqamfcmNLIOUxe6--kk6eCVW0hZCgP48-La3W6ehrPX7h9_wyA
                """),
        ForeignToken(
            algorithm: "HS512", key: "oct",
            genuine: """
                eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiSFM1MTIifQ.9E2vlB-1ESdJJStqC5QK\
                itPQWaIh6kH8F2MipuEFsQRhHi5cKF3wgYXAAti-NowF4PUsXzhKrjwwEeUdjaaBag
                """,
            foreign: """
                eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiSFM1MTIifQ.ydsp_CeLc0ZjtOS01Kmn\
                dupdCEaeBqpmzOE6MjIODu-hULqTTN2jXhPkOvtxuBTnAmjlRTpZrGV4bQinas3rbQ
                """,
            swapped: """
                eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiSFM1MTIifQ.YOAkCXeXd82DuvpabIRc\
                iZlsSu9MzHRFA0jkZDf0gMk
                """),
        ForeignToken(
            algorithm: "RS256", key: "rsa",
            genuine: """
                eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiUlMyNTYifQ.hKAIF0ATSHkibMWiVD1I\
                r_IZal2V7PAkkA9mYrcabRBHEPcvgT74cIn-zZDRZ4Albudb9ftkpG_FPrXA_9c4GUMvYhMeAZfx3xsURVjX4NHxwXS4y0FFSaSX\
                Irg2_IykZoDzDPyO8vReXdl6Mv7_u6lRCenp9rD0mk2t5mzKDGAUoW4Z9uE9oXMmgkzJXcDdLS78io-_lJFm5sGwceA0fevMtER_\
                PEdr9nm3y_wC_O4hZn7cd7ovEoxyd65AqNeyzHTfCrxWk9c-M9g02-3dMFNtz2ILwJtVNkXd4mQKibLHosVA9_k5L0cqZPZFPRvH\
                C4CejrDpJJHr2vV6QGQ5_Q
                """,
            foreign: """
                eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiUlMyNTYifQ.CiXBefxb8qyWX7RGnbdc\
                KEjt2BQfZFKkI6GGOJGeP3k3aAMmuIku-p44Ws9L_Skb7BpBMuDMNHSt-gKEmjvo-Pij81BJaoNgnnwK78SUysr7ar5XQIcewkiA\
                utJKQ9xiK34uVJz2ZHaTV2IwSpvQM0IO0WMB6YCTTjuODA5ucLyQ2tmT7s0qtiP-vsU3YcHtVThhUMvyAzArIWZqmSdvHswcgHRK\
                CR0Z-r-dN5lUp0JfaHjXGREz2vUtqpZAU8iF63tUkLgrUXe3kYUVhjUBT4DwkpFMSFKdjlsOwaK_1qaS5P7r7OFZN0Jh4V3UDTaB\
                Kha-uKoSxvALz4gdW4n-gg
                """,
            swapped: """
                eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiUlMyNTYifQ.LT04Ly_mSYIGRR_Sl7m8\
                1z5JtsaQlr57Z7Al6VBRhXsMNYOLcYGzCVofFBPE6dVuHjX11vDGSYRzJP_Lwzc-bEWSwRfQy__O__-d9boPBjzvTp0t171P3EgA\
                TiagMpWzxUZLtsS59mRT6dzdQHbKi8td1a6mBNs2nHCl_kIHnPNOnuWis1OMQfmGBl2L0No1n3mwY7_GUhgBmZzzwYU9NxGe1sh3\
                WKXU92grsq5TZYn0KFXpAHw_kDSrwWcvB2Oky5uEk_ZypYgiAYpPDd9kMzeYyPkhyBTSsFOnUGIxHsjw4N8Wnc5CSKu4KYNg02SO\
                e_ASrq_dwpPciam3cZDVLg
                """),
        ForeignToken(
            algorithm: "RS384", key: "rsa",
            genuine: """
                eyJhbGciOiJSUzM4NCIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiUlMzODQifQ.HAstrvAPnSU161sRnCNp\
                Ypi-k15B4GYqvViIE_bnUchsjA0rtDmK8S8nXS6sYhSLdSxvnPoZygTqQX6CG7dp9FM2x1gSsHuD-Y_U0brVy9Wy1ddcaHXVly-A\
                wW8OzNXkeaoWadvU2SmDZcrRJHb4ZkvjShcYGLu4fKiuyWEUeC-G_Dbb2r9NB0hxnq1Q_VdVU8gDufc_dVoY8FOW9dIt66Vd5qr5\
                1Gtps1nGIXRboElsGxP-ov02pvjwdcBIvqub1_bID99ftlIjZm2i7ij7m4x6Cg5_eHNGCp5ZYC0A18gdy9lsUEEy2pD6On_pKaUC\
                dfv_w7X-1KTDuiIUXH-XjA
                """,
            foreign: """
                eyJhbGciOiJSUzM4NCIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiUlMzODQifQ.QG6B8HgJG7_ksOcURUBm\
                3buZGaQTJHvnUAXNTN6E4EiKQrQ6Iez_nuTC8FiGSvQ2VV1cXy7xNSxUj4rpJTuTsfX-veZCFawTONKw2kEN6SIWLORaDVDvYAv3\
                1jmygXKpiaS97GNUt7S6t0BDyLIjsJ9ardBJTYIMIcA0yxWME1Y18FEVg8vMtZjPOm7Mps63_9Nk9YXdoIc97lAUp2LA7vaFOikY\
                5BVm-GFr6r9kq7oDexN1fsbe8FTzglqWIGAtULfemLZVWNfJQXhFEt8CVOW6ER-pGlKadPVR1r94m0mT-Z1dCZuhBuKJfOLfPZ95\
                he7qDW0MVhetW80uli6vGQ
                """,
            swapped: """
                eyJhbGciOiJSUzM4NCIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiUlMzODQifQ.U5msimVjRQfYzyAkSpVt\
                G5J4uJ1pREQZtWBJ1ZvI749QdvmnCz13-ruh5nOF17rbdaIKNL1HnQ1od-yxIoJ3zT1rWTsjOPqDU6B4aHli5azVNGjYYLWOXVeY\
                T_bW9brcC_gPJPAjxb-x7qmcwZkUpV0l11ZyO_lGnoKx3Od-otXB8pZiIgcne-sLehShiuSbG-aI3DAm8FyixoQJAiKVfwEB1Y1g\
                -ydWdgtcmHHnP1a5Ons5r2ETVU4ekNni6smEP65-DGVNQRYmVcg8mMolmxiLSQbp9qY6MAk7XI3Ck0fVWgDtzoXcqwuVn5UYMkjm\
                2Le5Zm3h-qyBponxLI9shg
                """),
        ForeignToken(
            algorithm: "RS512", key: "rsa",
            genuine: """
                eyJhbGciOiJSUzUxMiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiUlM1MTIifQ.rL0KxMHdRGxKJ4raTWu-\
                2A1-c3e_ioJ2-OAgvHQY_mMrvCLjZiX4aC_vJGVR1C216_8iVLeDhTaHh_8XuFhZ3DA4TIRA6MGXi15BpJ40Ox92NblR-eq1MNcz\
                06Lk2ZpgHikIqSwPN9TnntjrA7FE0SY-AdH2B0KqCp2tKs0YX2ploD4WKLX9KiS-NVJVB31W5flMK41RMUPfHmJ0eNlyTAlde3cO\
                MPP1Ks2gDtnB_49obKy9YI9SqZNu7Wggu0UUP5Yuvqs5MQDP0o5q1q143MVlEi-c3DhFYaWWpzQiMWxKu0FD4fJm-Q_YB0WnnBdY\
                0hu4EeBylTlKhuAcBaz0Ug
                """,
            foreign: """
                eyJhbGciOiJSUzUxMiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiUlM1MTIifQ.KK-s60A1Nzu3kJ8-LQBv\
                O95GSbdS0pfgXL8I4qX--AATKqliVIn0zTdX4eQc_5U7h_vVhcu9GbrNvyX00UthHR57oqOGqXmbW7X6I6VUyFkoRbollxeNMaV2\
                nm-EdRK2Gs8asz-KayPEHu6vtqyzb88CrPd8W6EFjH-LPZ_flRb42k-8UMb-TUoOhWU9z69DLTfCgCWud-GFYgXuS3VLDIySIRct\
                E-ltYPK2r-53ms2oWDCSqp479NfxBttzUuBUUgQyQNmbYlu7GTphbxhywJtkBAPfyaP7EasV3Lm5IF9VQLUm_pQ2-g3T5Vi6v5TV\
                tzi34aVIR9crE6PXb2sJgw
                """,
            swapped: """
                eyJhbGciOiJSUzUxMiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiUlM1MTIifQ.FL4pFZ6fUW6cA0zH711E\
                R6SIxroFwxUv--D89WqFql-f1r141-0f9LLaoJgfqX5eB9dIrIB14kZ3u4u7cM0u1dch1JtsEk-lS_DRXrPueLTfN3OleBCCBulW\
                DF-qu2oMpjyu9un4KnQcgsCZzHv2GsJRx9HwSK8si6SJ5FeBQloV2r8cW2cxblpMVPd3gCYtCWwrPaFu8CMLppvxzunp2mt4A-Sw\
                V1ELtqPPW6vnmKUPyosNFcRUR67y987S-0TqrdElDmK9PwZ_2ab0zg9ba6QYE7glLoXbTNdFWFt1yl_hwHucH_pRZrZtsIg3_95H\
                G8Ftl0ek1LvMnPnbg6B7TA
                """),
        ForeignToken(
            algorithm: "PS256", key: "rsa",
            genuine: """
                eyJhbGciOiJQUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiUFMyNTYifQ.Z4-d-2m8BOlQAxzEkYiE\
                IL7XXiAwsZFiMcnFmMUPMgFaLfgtYMopGrnWWlu9dfdyPHDyqJtYll-9kcVc_f28SmJWIaM33kjSLOcYripIBC4503v9iscYd1XY\
                u-4godFOVq439Ect-H3f31oPi4I_S_Nh2j34sdbYCz_udWbr8QcelAhTAzROpTqS4KSlzQ4BUNHMOlFTza0qMylCWwOjTW0tfXKh\
                7-o9uMem8hCNxhv6Y2Mwc5XJsSQJ7KLbxOQCCurYqmtbiRC0DUDgcbujNG5RL7InVrvScqTD9uwhhTEe6pl8Zbk0guzuWjLIC2U6\
                Cp9xsPeGWH1E1KHC-fnz-Q
                """,
            foreign: """
                eyJhbGciOiJQUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiUFMyNTYifQ.sXdwzpF66yY5vQRphB0E\
                npstll4h4_qTiGYEqqrqxCHOCDht_vw_QkkT1sKiUEhe0wdzpTTFuzNPW4IIPJUhs2ACvGuY7F-_KOMlOc_-yJPAsahihAu2W65J\
                thcXfTqox8z4sYZJ00ctAmSodadLg7jExc_pCvMBLTpV2ml-x48IjS3TjmtSK5HCqNRlVBjRQZ60wEJBYBQ-ifR8omdU319Zq_mQ\
                fkkftimJGGle0eA7QcUPvh4p5yRz7ocMSA8JoCQh5htqent4fwFnsTssWAu8scFIJG85p9rbpunEl25nmBIHpGr5tMlMFWS7t-7j\
                hLfeC-JyStRWJWKApji1nw
                """,
            swapped: """
                eyJhbGciOiJQUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiUFMyNTYifQ.WcJunTSAwxzei-1J_2VU\
                jiNxu8WLR7oBsxxIvPMg7m9wjDxTf-11tWd-Ys_HVuVh6GQ5mqhljwo9H8aYNdgTG7QkSu-EaDopjFn2W5bEGyuIhEG3HtoyEPcN\
                zQ61djZKZlIbP-oxr8iGdA7WA3e8mtb9FfP1lYTZ8aI91FyXINurSv4vnrFl8XbZHjCQLNABOqFflrAR3U7oIyJUY95-rbd6_LF-\
                bwK0QeI0oviGB4C-FjTjQbVgdwPnK3lPJcgEHCjfRJQd1W32hE23B2VkwGWKrZkz3dnigZh7cnBIZfiBvA7ce-2JR6-8r-H6HEIP\
                GJX21EOtRDErl8j7ezsKsw
                """),
        ForeignToken(
            algorithm: "PS384", key: "rsa",
            genuine: """
                eyJhbGciOiJQUzM4NCIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiUFMzODQifQ.atg_kNgN5k-WdbJRXexL\
                Ngc-6TOpR3vQmxnSV88Bh2m63M7qPVQaB4ZFiaY3L4h9hbfdY2ZIXoQUaq0KQE6ngn_cJczOgr8elGlaQRKiwB2Ih-0QdFn2_SZV\
                FPLbMG2ph6RJiyWar4yXixMxavew_ix8V0cGm1EfbIQOnttVgrDwhOSwQjqSKK9fmhYInMYxJYkzQBe3adk1TT-A7OR__1XfVp6w\
                Hp5FkmBp117T4AHe4CCncfv7hyYVSJdTkW3b7PFvZne8bYYTDPofMicQqwL2yqE4TwkzJFWnYWxtXLtyW15vJXCR--M3D7GZq-zy\
                XNctitu-NlWHj8jLgx9b8w
                """,
            foreign: """
                eyJhbGciOiJQUzM4NCIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiUFMzODQifQ.aRNoCXgi6Z6TpmrGOP0U\
                pmY67-X15DCeGir6ATTtpMeJyadBX7wZYoFmYH99IoZjPhQMSTQa8alT-MOdxWSZKkHzYcCGKoe8sY10JDKNLoTiGZXFkWH3LEOV\
                wWWv4NK9FpPWNxUHeimKr9y0JUnGy6AWlBhOPcUX0fDiXE757vnc0qPpA5s26Iz6-wOdg0wrzcqpS9R7V4oiFDy-Xgf5OAK_70HH\
                1ExQWMp5L-srWISr6aZLiWGEEOEKZxGZS8yKBgpCTh2Hk1lp5MYHgr87YO_MgGIV3sVdnsXaB3bDv0lKGzL8aEHE2rJyokaYA2vz\
                kqhFsdAMUSkPj0Qv81PMPA
                """,
            swapped: """
                eyJhbGciOiJQUzM4NCIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiUFMzODQifQ.mIsUaO1N6V5k-JmJ_-9v\
                hMAHcAFsPdmGEWEVYB4oX0fY55W7bHOQ2K9DGX5wbJPS3Sgc5ZugueKymdqlHhk0hgbWOHS82LoDtTNtNdpUdETbeGjmMovM1FrF\
                Yaud869KeuRmPj3O3pjKLMH4i60ZO7aqde_M21eAq8W2Le-5RgbRPKqcGyG2J1rxXgY3yGYj_hipwgtRIVnVatxNPwF6ZiMaiNCn\
                9oVTBiL58JcXS4Ja-NhbX4iEdRMiP1xhqyDVTMLiZE9_D8Do9JPSyEjzxCoLg3Cn1kRzz79j0VtgE602-6has9W-PJRThyqS-pNW\
                Q6wmRUu6EPgx27bKuiuEiQ
                """),
        ForeignToken(
            algorithm: "PS512", key: "rsa",
            genuine: """
                eyJhbGciOiJQUzUxMiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiUFM1MTIifQ.TQsP1Rm3mJ3cavj6issw\
                P87qDQAA1IMX8Y_oB0fV9zbdwJqU1UckHyqKIWsqZJ5L-YLLYiQsD4uLjuYH7OfGIfam6lcbLr3eSZlPi9SjITqVmC6vD-iKM5NM\
                TmKuEBpDLEnd_MFKOjaGvWRDKOkxtCbE6tqT4t_cyXG3uQSvOYZ23WiRtjhGARLershx-MrLzAom69JvbjIk1WepGk62TOryL3dv\
                d6yzNtCgZ8CmyRbkyCNo_O3J1-TRCI9oYryJCHxPUPqBgWqXlFNQz6WLfbty27E48lKl9jxPsHjsKc5LNZ8b7leHJkyM-A7WoZQt\
                hCYNozUcASwL_tVB-xx3YQ
                """,
            foreign: """
                eyJhbGciOiJQUzUxMiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiUFM1MTIifQ.hsQN6GEbvlQ-Ryzo8Wx6\
                mDa8FAsWjHFxp4pbkmfsD_5vKp4uGlOhfjukJDUVkZkaD6WZd8D5FPwQHqeIQLpPsPKNDDei8Nm7wfiFk0I0MahKL3hBr0fekHsK\
                mZ7_vVebvdfVAaCQSPbrwbgDUKhzaM97fEEzX64fjHQKHBcwwFro_zrzl1ySy0Yk3P8nWCI2akmkc55YoqMM4LEi1azqL6x3QwUL\
                KTV-gAtrYuTNsxmT1n6pcQAFXY_Y_zUdbqr1ej--g16e-V-Nzj7TyGcngH4_vntha3c88EsXZTMzJGge4JVDzjJo6pSeAnvwEaUh\
                Duck6wIPO4Uu-goAk78Tnw
                """,
            swapped: """
                eyJhbGciOiJQUzUxMiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiUFM1MTIifQ.RcIO5Mlo4F6HBSufaAM-\
                Ct8D1HCL28pd0DA7gDT37FDnc6y6cdEJcpUFpWH-5PulXjJdpRyitMShMBT0bvVfjDY0GoXbHKvjPK3KJ57fVNmDLdXV464exBsw\
                j6mNdyBd035zZm0mP7x9SY3mEqW6GvKD3mcPq02JwQu48mR8ilJsoeW8TR3BTwWX3zzTxMFubdGoVR9qWfWn_prFziyXzjBsLFc8\
                PotGXV1QIhyUQ6j67brj604poxnn2KCTujm124CREEH1r4K1ADG2jVAV-4fbj8W5ytD8GY1KkH5h8PIaOf0k_XCCSTkxl_3ov_86\
                d1H_xa9n5GosGPO3vSPUfQ
                """),
        ForeignToken(
            algorithm: "ES256", key: "p256",
            genuine: """
                eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiRVMyNTYifQ.z0GfnkFsSMzid57U49rc\
                A_WghutQFiGkC9HsRBcqpI5GBAsj5YWiO5mJEg1lrSlrCjs07L2mNjOj2XPkzs1jrA
                """,
            foreign: """
                eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiRVMyNTYifQ.s8NHHh0c7A36xiUbsUMn\
                bE7Ny5ii7IHko9pa8-KnMPjw2IZkQadaqwQlihzs58oR2yFDEII2ywSrZP-L6y4Htw
                """,
            swapped: nil),
        ForeignToken(
            algorithm: "ES384", key: "p384",
            genuine: """
                eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiRVMzODQifQ.tTnwnju7bljRSrx-r36k\
                KGXLQAYOwdv_9RzxWmGbov9EtRS2_aC-_-bSZmai_VB9otu8s19tlwHQEsI9QcYs99YxgpmW52U3TjV46THTnfTLjeLFvh9y3Z6z\
                0vqABhjX
                """,
            foreign: """
                eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiRVMzODQifQ.HqUcxXZAWYzbi_-Y51ic\
                WrMMvnKY11XQ6UQQKM5L3hC_nPtGCrE_qvwlpLZCr5YBBhrcT5o-OknBHX75bCKs1kQhHzSnv172cYgo1BLg9m5NqJeAHQGrZbKU\
                pczCjoKB
                """,
            swapped: nil),
        ForeignToken(
            algorithm: "ES512", key: "p521",
            genuine: """
                eyJhbGciOiJFUzUxMiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiRVM1MTIifQ.AURLqdwqzoYNF2OwchU9\
                bDwaFR0aFqOaJ9WXX86jQTcv0zG3Sfyax_u8bzro6RO_n_wIOU5ubUfERJwSU2SQ0HhgAKT56d3Oc_eMpBmI4viskld0ZvrB5aNk\
                23m_ksaoRsk6BhfjN1yqZ_ZWD5UI79FkX1ozObBtEEfuUnDsaHWFek2l
                """,
            foreign: """
                eyJhbGciOiJFUzUxMiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiRVM1MTIifQ.AWVL0AS6jNWYAFkl6upg\
                W9UGAqPGyKWkGMt_A9GQFTDEWiHGNpBJBvZDMDYzejdLes_bOLmDVW5KsIZR034vReubATB_OPCWHgskQHYHNeLdiNHDsICcaf-Z\
                xyiXh1j5yw2_yVDW99-N9gfLFv923B2IT7HOWOm_B-omWnJ1ZMnATMam
                """,
            swapped: nil),
        ForeignToken(
            algorithm: "EdDSA", key: "ed25519",
            genuine: """
                eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiRWREU0EifQ.PRiApo5iwZi1p-_dnmei\
                hzmKDveFwfIjtk5VnlEBKEA5sCqTrQ-6rM3Ij351TF_P_K_D3KRuee0hI5eovwJGDg
                """,
            foreign: """
                eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiRWREU0EifQ.9SLzWvsb-2feUuUgafyj\
                taVTkW9RVPKummK2zi2ARtEzbL0wiQ8dFD6KaapS2bDzgYglUXvgpUM0vTYk9iWkCg
                """,
            swapped: nil),
        ForeignToken(
            algorithm: "EdDSA", key: "ed448",
            genuine: """
                eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiRWREU0EifQ.uhnP40ohxVQgWK9yoktj\
                uPpiXyhG7O_KkLoxPKmQy94kT8DfHWVwhM5k9gW1cwlKlXTJ6Gv44leAA6R89HV8EYZecHlz2-kq6jVvmZy-Njhqfq8yZmH-Ej4W\
                HgFOQM7S4duO2y61kk-2oEnpeIWnIRkA
                """,
            foreign: """
                eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoicmVhZGVyIiwic3ViIjoiRWREU0EifQ.6N46XEmp9xWrZayeRqPt\
                AwXNJFNrI2seJOwM_ekDC05JeSrPV2r_9Rjp7XYh_4OKJ8cA-myBauaANHNnXeWfzH7IOvtFK2IOOnaDoez8cYY9IYN5WV63eOvD\
                oKq3SkexlJJrm5TSRo7DP9VQa5y1hSEA
                """,
            swapped: nil),
    ]
}
