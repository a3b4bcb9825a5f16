"""``allegiance calibrate``, from the command to the tables."""

import json
import os
import signal
import time
from threading import Thread

import numpy as np
import pytest

from calibration.bank import CHUNK_ROWS
from calibration.prior import NAMES
from experiments.cli import main
from experiments.errors import EXIT_MISTAKE
from experiments.store import read_table

SMALL = [
    "calibrate",
    "size=tiny",
    "effort=tiny",
    "effort.first_wave=160",
    "effort.second_wave=96",
    "calibrate.n_draws=40",
]
N_CHUNKS = -(-160 // CHUNK_ROWS) + -(-96 // CHUNK_ROWS)
TABLES = ("posterior", "learnt", "sbc", "influence", "prior_pool")


def calibrated(folder, *more):
    assert main([*SMALL, f"hydra.run.dir={folder}", *more]) == 0
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    home = tmp_path_factory.mktemp("calibrated")
    bank = f"calibrate.bank={home / 'bank'}"
    return calibrated(home / "out", bank, "workers=2", "effort.second_bank=true")


@pytest.mark.slow
def test_a_calibration_writes_its_posterior_and_how_far_to_trust_it(made):
    posterior = read_table(made / "posterior.parquet")
    assert set(posterior) == {"draw", *NAMES}
    assert len(posterior["draw"]) == 40
    learnt = read_table(made / "learnt.parquet")
    assert list(learnt["parameter"]) == list(NAMES)
    assert (np.asarray(learnt["q05"]) < np.asarray(learnt["q95"])).all()
    facts = json.loads((made / "calibration.json").read_text(encoding="utf-8"))
    assert facts["simulations"] == 2 * (160 + 96)
    assert facts["worker_seconds"] > 0
    banks = np.asarray(learnt["two_banks_distance"])
    assert facts["two_banks_distance_at_most"] == pytest.approx(banks.max(), abs=1e-3)
    assert (banks > 0).all()
    sbc = read_table(made / "sbc.parquet")
    assert len(sbc["rank"]) == 20 * len(NAMES)
    assert json.loads((made / "manifest.json").read_text(encoding="utf-8"))["status"] == "finished"


@pytest.mark.slow
def test_the_same_seed_gives_the_same_posterior_on_one_worker(made, tmp_path):
    alone = calibrated(tmp_path / "out", f"calibrate.bank={tmp_path / 'bank'}", "workers=1")
    for name in TABLES:
        one, two = read_table(alone / f"{name}.parquet"), read_table(made / f"{name}.parquet")
        assert set(one) == set(two)
        for column in set(one) - {"two_banks_distance"}:  # here there is one bank only
            np.testing.assert_array_equal(one[column], two[column])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_dask_gives_the_same_posterior_although_a_worker_is_killed(made, tmp_path):
    distributed = pytest.importorskip("distributed", reason="needs the extra: allegiance[dask]")
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True
    )
    killed = []

    def kill_one_when_the_bank_has_begun():
        chunks = tmp_path / "bank"
        while not list(chunks.glob("*/rows_*.npz")):
            time.sleep(0.02)
        with distributed.Client(cluster.scheduler_address) as client:
            pid = next(iter(client.run(os.getpid).values()))
        os.kill(pid, signal.SIGKILL)
        killed.append(len(list(chunks.glob("*/rows_*.npz"))))

    assassin = Thread(target=kill_one_when_the_bank_has_begun, daemon=True)
    assassin.start()
    try:
        out = calibrated(
            tmp_path / "out",
            f"calibrate.bank={tmp_path / 'bank'}",
            "calibrate.engine=dask",
            f"calibrate.scheduler={cluster.scheduler_address}",
        )
        assassin.join(timeout=30)
    finally:
        cluster.close()
    assert killed
    assert killed[0] < N_CHUNKS, "the bank was whole before the worker was killed"
    one, two = read_table(out / "posterior.parquet"), read_table(made / "posterior.parquet")
    for column in NAMES:
        np.testing.assert_array_equal(one[column], two[column])


def test_an_unknown_engine_is_refused_with_those_that_exist(capsys, tmp_path):
    status = main([*SMALL, "calibrate.engine=slurm", f"hydra.run.dir={tmp_path}"])
    assert status == EXIT_MISTAKE
    said = capsys.readouterr().err
    assert "calibrate.engine" in said
    assert "processes" in said
    assert "dask" in said
