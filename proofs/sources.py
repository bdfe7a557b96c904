"""The works that theorems name as their sources."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Work:
    """A publication.

    Attributes:
        author: How sources name the first author.
        year: Year by which they name it.
        text: The whole reference.
    """

    author: str
    year: str
    text: str

    @property
    def key(self) -> str:
        """Name of the reference in a document.

        Example:
            >>> from orbitkernels.proofs.sources import Work
            >>> Work("Cho", "2009", "").key
            'cho2009'
        """
        return f"{self.author.lower()}{self.year}".replace(" ", "")


#: Every work that a source may name, by author and year.
WORKS = (
    Work(
        "Babai",
        "1979",
        "L. Babai. Spectra of Cayley graphs. Journal of Combinatorial Theory B 27, 1979.",
    ),
    Work(
        "Bietti",
        "2021",
        "A. Bietti, L. Venturi, J. Bruna. On the sample complexity of learning under geometric stability."
        " NeurIPS 34, 2021.",
    ),
    Work(
        "Brauer",
        "1964",
        "R. Brauer. A note on theorems of Burnside and Blichfeldt. Proceedings of the AMS 15, 1964.",
    ),
    Work(
        "Burnside",
        "1911",
        "W. Burnside. Theory of Groups of Finite Order. Second edition, Cambridge, 1911.",
    ),
    Work(
        "Cho",
        "2009",
        "Y. Cho, L. K. Saul. Kernel methods for deep learning. NeurIPS 22, 2009.",
    ),
    Work(
        "Cohen",
        "2019",
        "T. Cohen, M. Geiger, M. Weiler. A general theory of equivariant CNNs on homogeneous spaces. "
        "NeurIPS 32, 2019.",
    ),
    Work(
        "Dao",
        "2019",
        "T. Dao, A. Gu, A. Ratner, V. Smith, C. De Sa, C. Ré. A kernel theory of modern data "
        "augmentation. ICML, 2019.",
    ),
    Work(
        "Diaconis",
        "1981",
        "P. Diaconis, M. Shahshahani. Generating a random permutation with random transpositions. "
        "Zeitschrift für Wahrscheinlichkeitstheorie 57, 1981.",
    ),
    Work(
        "Diaconis",
        "1988",
        "P. Diaconis. Group Representations in Probability and Statistics. IMS, 1988.",
    ),
    Work(
        "Elesedy",
        "2021",
        "B. Elesedy, S. Zaidi. Provably strict generalisation benefit for equivariant models. ICML, 2021.",
    ),
    Work(
        "Frobenius",
        "1898",
        "G. Frobenius. Über Relationen zwischen den Charakteren einer Gruppe und denen ihrer Untergruppen."
        " Sitzungsberichte der Akademie der Wissenschaften, Berlin, 1898.",
    ),
    Work(
        "Frobenius",
        "1906",
        "G. Frobenius, I. Schur. Über die reellen Darstellungen der endlichen Gruppen. Sitzungsberichte der"
        " Akademie der Wissenschaften, Berlin, 1906.",
    ),
    Work(
        "Gretton",
        "2012",
        "A. Gretton, K. Borgwardt, M. Rasch, B. Schölkopf, A. Smola. A kernel two-sample test. JMLR 13, 2012.",
    ),
    Work(
        "Haasdonk",
        "2007",
        "B. Haasdonk, H. Burkhardt. Invariant kernel functions for pattern analysis and machine learning."
        " Machine Learning 68, 2007.",
    ),
    Work(
        "Jacot",
        "2018",
        "A. Jacot, F. Gabriel, C. Hongler. Neural tangent kernel: convergence and generalization in "
        "neural networks. NeurIPS 31, 2018.",
    ),
    Work(
        "Kondor",
        "2002",
        "R. Kondor, J. Lafferty. Diffusion kernels on graphs and other discrete input spaces. ICML, 2002.",
    ),
    Work(
        "Kondor",
        "2018",
        "R. Kondor, S. Trivedi. On the generalization of equivariance and convolution in neural networks "
        "to the action of compact groups. ICML, 2018.",
    ),
    Work(
        "Lee",
        "2018",
        "J. Lee, Y. Bahri, R. Novak, S. Schoenholz, J. Pennington, J. Sohl-Dickstein. Deep neural "
        "networks as Gaussian processes. ICLR, 2018.",
    ),
    Work(
        "Lovasz",
        "1975",
        "L. Lovász. Spectra of graphs with transitive groups. Periodica Mathematica Hungarica 6, 1975.",
    ),
    Work(
        "Macdonald",
        "1995",
        "I. G. Macdonald. Symmetric Functions and Hall Polynomials. Second edition, Oxford, 1995.",
    ),
    Work(
        "Mackey",
        "1951",
        "G. W. Mackey. On induced representations of groups. American Journal of Mathematics 73, 1951.",
    ),
    Work(
        "Marchetti",
        "2024",
        "G. L. Marchetti, C. Hillar, D. Kragic, S. Sanborn. Harmonics of learning: universal Fourier "
        "features emerge in invariant networks. COLT, 2024; arXiv 2312.08550.",
    ),
    Work(
        "Maron",
        "2019",
        "H. Maron, H. Ben-Hamu, N. Shamir, Y. Lipman. Invariant and equivariant graph networks. ICLR, 2019.",
    ),
    Work(
        "Molien",
        "1897",
        "T. Molien. Über die Invarianten der linearen Substitutionsgruppen. Sitzungsberichte der Akademie"
        " der Wissenschaften, Berlin, 1897.",
    ),
    Work(
        "Mroueh",
        "2015",
        "Y. Mroueh, S. Voinea, T. Poggio. Learning with group invariant features: a kernel perspective. "
        "NeurIPS 28, 2015.",
    ),
    Work(
        "Neal",
        "1996",
        "R. M. Neal. Bayesian Learning for Neural Networks. Springer, 1996.",
    ),
    Work(
        "Otto",
        "2023",
        "S. E. Otto, N. Zolman, J. N. Kutz, S. L. Brunton. A unified framework to enforce, discover, and "
        "promote symmetry in machine learning. arXiv 2311.00212, 2023.",
    ),
    Work(
        "Perin",
        "2025",
        "A. Perin, S. Deny. On the ability of deep networks to learn symmetries from data: a neural "
        "kernel theory. JMLR, 2025; arXiv 2412.11521.",
    ),
    Work(
        "Polya",
        "1937",
        "G. Pólya. Kombinatorische Anzahlbestimmungen für Gruppen, Graphen und chemische Verbindungen. Acta"
        " Mathematica 68, 1937.",
    ),
    Work(
        "Price",
        "1958",
        "R. Price. A useful theorem for nonlinear devices having Gaussian inputs. IRE Transactions on "
        "Information Theory 4, 1958.",
    ),
    Work(
        "Rasmussen",
        "2006",
        "C. E. Rasmussen, C. K. I. Williams. Gaussian Processes for Machine Learning. MIT Press, 2006.",
    ),
    Work(
        "Serre",
        "1977",
        "J.-P. Serre. Linear Representations of Finite Groups. Springer, 1977.",
    ),
    Work(
        "Wang",
        "2023",
        "D. Wang, X. Zhu, J. Y. Park, M. Jia, G. Su, R. Platt, R. Walters. A general theory of correct, "
        "incorrect, and extrinsic equivariance. NeurIPS 36, 2023.",
    ),
    Work(
        "Williams",
        "1997",
        "C. K. I. Williams. Computing with infinite networks. NIPS 9, 1997.",
    ),
)


def cited(source: str) -> list[Work]:
    """The works that a source names by author and year.

    Example:
        >>> from orbitkernels.proofs.sources import cited
        >>> [work.key for work in cited("Babai 1979; Lovasz 1975; for several orbits this work")]
        ['babai1979', 'lovasz1975']
    """
    words = source.replace("Lovász", "Lovasz").replace("Pólya", "Polya")
    return [work for work in WORKS if re.search(rf"\b{work.author}\b", words) and work.year in words]


def bibliography(sources: Iterable[str]) -> list[Work]:
    """All works that some sources name, in the order of the list."""
    named = {work for source in sources for work in cited(source)}
    return [work for work in WORKS if work in named]
