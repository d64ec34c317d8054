"""Names of demo students: common ones, each surname in the form that fits the sex."""

from random import Random


def _words(text: str) -> list[str]:
    return text.split()


_WOMEN = _words(
    "Anna Maria Katarzyna Małgorzata Agnieszka Barbara Ewa Magdalena Joanna Aleksandra Monika Zuzanna Natalia "
    "Julia Maja Oliwia Zofia Hanna Wiktoria Amelia Alicja Karolina Paulina Weronika Kinga Gabriela Martyna "
    "Dominika Klaudia Patrycja Emilia Nina Helena Iga Jagoda Justyna Kamila Laura Lena Łucja Marta Michalina "
    "Milena Nadia Olga Pola Róża Sandra Sara Sylwia Urszula"
)
_MEN = _words(
    "Piotr Krzysztof Andrzej Tomasz Paweł Jan Michał Marcin Jakub Adam Łukasz Marek Grzegorz Mateusz Wojciech "
    "Mariusz Dariusz Maciej Rafał Kamil Szymon Filip Kacper Bartosz Antoni Aleksander Franciszek Mikołaj Stanisław "
    "Wiktor Igor Oskar Dawid Patryk Dominik Hubert Konrad Sebastian Karol Oliwier Tymon Leon Ignacy Nikodem "
    "Gabriel Julian Miłosz Błażej Cezary Przemysław Radosław"
)
_SURNAMES = _words(
    "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski "
    "Kozłowski Jankowski Mazur Wojciechowski Kwiatkowski Krawczyk Kaczmarek Piotrowski Grabowski Zając Pawłowski "
    "Michalski Król Wieczorek Jabłoński Wróbel Nowakowski Majewski Olszewski Stępień Malinowski Jaworski Adamczyk "
    "Dudek Nowicki Pawlak Górski Witkowski Walczak Sikora Baran Rutkowski Michalak Szewczyk Ostrowski Tomaszewski "
    "Pietrzak Zalewski Wróblewski Marciniak Jasiński Zawadzki Bąk Jakubowski Sadowski Duda Włodarczyk Wilk "
    "Chmielewski Borkowski Sokołowski Szczepański Sawicki Kucharski Lis Maciejewski Kubiak Kalinowski Mazurek "
    "Wysocki Kołodziej Kaźmierczak Czarnecki Konieczny Urbański Głowacki Wasilewski Sikorski Zakrzewski Krajewski "
    "Krupa Laskowski Ziółkowski Gajewski Mróz Szulc Makowski Baranowski Brzeziński Kaczmarczyk Przybylski Cieślak "
    "Borowski Błaszczyk Górecki Szymczak Chojnacki Leśniak Czerwiński Andrzejewski Cichy Szczęsny"
)
_FOREIGN_WOMEN = _words(
    "Olena Oksana Iryna Daria Kateryna Anastazja Sofia Maryna Elif Zeynep Linh Priya Fatima"
)
_FOREIGN_MEN = _words("Oleh Andrij Dmytro Maksym Bohdan Ivan Artem Jauhien Mehmet Emre Minh Arjun Omar")
_FOREIGN_SURNAMES = _words(
    "Shevchenko Kovalenko Bondarenko Tkachenko Melnyk Boiko Kravchenko Polishchuk Lysenko Marchenko Savchenko "
    "Yılmaz Demir Nguyen Tran Sharma Patel Haddad Kozak Moroz"
)

# Endings of surnames that are adjectives, and what they become for a woman.
_FEMININE = (("ski", "ska"), ("cki", "cka"), ("dzki", "dzka"), ("ny", "na"), ("chy", "cha"))


def surname_for(sex: str, surname: str) -> str:
    """Return a man's surname in the form for `sex` ("M" or "F")."""
    if sex == "F":
        for masculine, feminine in _FEMININE:
            if surname.endswith(masculine):
                return surname.removesuffix(masculine) + feminine
    return surname


def polish_surname(random: Random, sex: str) -> str:
    """Return a Polish surname."""
    return surname_for(sex, random.choice(_SURNAMES))


def polish_name(random: Random, sex: str) -> tuple[str, str]:
    """Return first names (about every third person has two) and a surname."""
    first = random.sample(_WOMEN if sex == "F" else _MEN, 2)
    return " ".join(first if random.random() < 0.35 else first[:1]), polish_surname(random, sex)


def foreign_name(random: Random, sex: str) -> tuple[str, str]:
    """Return the first name and the surname of a student from abroad."""
    return random.choice(_FOREIGN_WOMEN if sex == "F" else _FOREIGN_MEN), random.choice(_FOREIGN_SURNAMES)
