"""Invented names from many places, written as districts write them: accents, hyphens, apostrophes, two words.

A name says nothing about the race flags or the programs of the student who carries it: they are drawn apart.
"""

from random import Random
from typing import NamedTuple


class Name(NamedTuple):
    """`middle` may be empty."""

    given: str
    middle: str
    family: str


# A name that fills its column, and one that is a single letter: every district has both.
LONGEST = Name("Maximiliana-Konstantina", "Alexandrina", "Papadimitrakopoulou-Featherstonehaugh")
SHORTEST = Name("O", "", "Ó Súilleabháin")

_GIVEN = tuple(
    """
    Aaliyah Aarav Abena Adaeze Adrián Aiko Aisling Aiyana Akira Alejandra Aleksander Alma Amara Amir Anaïs Andrés Anh
    Anika Anneliese Antonio Anwen Araceli Aria Armando Arturo Asha Astrid Atsushi Ayaan Ayodele Azadeh Beatriz
    Benedikt Bjørn Bodhi Brigid Bronwyn Caleb Camila Caoimhe Carmela Catalina Cedric Chidi Chinedu Chloé Ciara Clara
    Cole Cristóbal Dalia Damián Danika Daria Deja Delphine Demetrius Desta Devon Diego Dmitri Dolores Efua Eero Eilidh
    Elena Elif Elijah Eloísa Emeka Emilia Emre Enrique Esperanza Estéban Ewa Ezekiel Farid Fatima Felipe Fernanda
    Fiona Florian Folasade Freya Gabriela Gideon Gloria Goran Graciela Guadalupe Gwendolyn Hadiza Hamza Hana Haruto
    Hassan Hayden Henrik Hiroko Hugo Ibrahim Ileana Imani Indira Ingrid Ioana Isaiah Isla Itzel Ivana Jada Jae-won
    Jahir Jaxon Jelena Jessamyn Jin Joaquín Jomo Josefina Jovana Juniper Kai Kalani Kamala Kateryna Katya Kaveh Keanu
    Keira Kenji Khadija Kiran Kofi Kwame Lakshmi Lamar Laszlo Layla Leif Leilani Lena Linnéa Liam Lourdes Luca Lucía
    Luz Maeve Magnus Maia Malachi Malik Manuela Marcel Maribel Marisol Mateo Matilda Mbali Mei Mekonnen Mercedes
    Mihail Milagros Minh Miriam Mohamed Moana Monique Nadia Naomi Nasrin Nayeli Ngozi Niamh Nicolás Nikhil Nina Nkechi
    Noé Noor Nuala Octavia Odalys Olga Oluwaseun Omar Oona Orlando Oskar Padraig Paloma Parisa Paz Pearl Petra Phuong
    Pilar Priya Quang Quentin Rachel Rafael Rania Rashid Raúl Ravi Refilwe Renata René Rhiannon Ricardo Rin Roberto
    Rohan Rosalind Roza Ruth Saanvi Sade Saoirse Samir Sanjay Santiago Sasha Seo-yeon Serena Shanice Shira Siddharth
    Sigrid Silvia Siobhán Sofía Søren Soraya Sunniva Svetlana Tadeo Taika Talia Tamsin Tariq Tatiana Tevita Thandiwe
    Thảo Theodora Thuy Tobias Tomás Trang Tyrone Ulises Uma Valentina Vasilis Vera Vihaan Violeta Vivek Wanjiru
    Wilhelmina Winona Wren Xavier Ximena Xochitl Yael Yara Yasmin Yevgenia Yolanda Youssef Yuki Yusuf Zahra Zainab
    Zofia Zoë Zuri
    """.split()
)
_FAMILY = (
    *"""
    Abara Abdullahi Abernathy Achterberg Adeyemi Agbaje Ahluwalia Ahmadi Akhtar Alcántara Alvarado Amador Anagnos
    Andersson Antonescu Appiah Arellano Arslan Asante Ashdown Ávila Ayala Azizi Babajide Baptiste Barrientos Basilone
    Bautista Begay Bellweather Benítez Berglund Bhattacharya Birdsong Björklund Blackwood Boateng Bondarenko Boudreaux
    Bracken Brightwater Brzezicki Bui Burgos Caballero Calloway Campos Canales Cárdenas Castellanos Castillo Cavanaugh
    Chaudhary Chavarría Chen Chikwanha Cho Chukwu Cisneros Colón Contreras Córdova Crowfoot D'Angelo D'Souza Dabrowski
    Dang Dangarembga Das Delacroix Delgado Demir Deschenie Diallo Dimitrov Dinh Domínguez Dragović Duarte Dubois
    Echeverría Eder Ekström Elizondo Emecheta Endo Eriksen Escamilla Espinoza Fairweather Farouk Feliciano Fernandes
    Ferrante Figueroa Fitzwilliam Fofanah Fonseca Fontenot Fukuda Galván Ganesan Garza Gebreselassie Ghorbani
    Giannopoulos Goldfarb González Gorski Goyal Grayeyes Greenhalgh Guerrero Gunnarsdóttir Gupta Gutiérrez Haddad
    Hadžić Hailu Hallowell Hamidi Harjo Hashimoto Hawthorne Hernández Hidalgo Hoang Holloway Horvat Huerta Hussain
    Ibarra Igwe Imai Iqbal Iwu Jankowski Jaramillo Jeong Jiménez Johansson Joshi Juárez Kaczmarek Kahananui Kaleo
    Kamara Kapoor Karimi Katz Kealoha Kebede Kekoa Khalil Khoury Kim Kipkemboi Kobayashi Kovač Kowalczyk Krishnan
    Kuznetsova Lachance Lam Larkspur Lavoie Le Ledesma Lefebvre Lindgren Llewellyn Locklear Lombardi Longtree
    Luangrath Luna MacAllister Machado Maldonado Mandujano Manygoats Marchetti Markovic Marroquín Masood Matsuda Mbeki
    McGillicuddy McTavish Medina Mehta Mendoza Mensah Merriweather Mikkelsen Milošević Mkhize Montaño Montoya Moreau
    Mukherjee Mulugeta Muñoz Murakami Nájera Nakamura Navarro Ndiaye Nez Ng Nguyen Nikolaidis Njoroge Novák Nwosu
    Núñez O'Brien O'Connell O'Shaughnessy Obi Ochoa Odhiambo Ogunleye Okafor Okonkwo Oladipo Olivares Olsson Onyango
    Orozco Ortega Osei Ostrowski Owusu Oyelaran Pacheco Palmqvist Pappas Parekh Patel Peñaloza Pellegrino Pennington
    Petrosyan Pham Pineda Popescu Quashie Quintanilla Quiñones Rahimi Rahman Rajagopalan Ramírez Redfeather Reyes
    Rinaldi Rocha Rosenthal Rousseau Runningwolf Saavedra Sadiq Saetang Sáenz Salazar Salonen Sandoval Sangster
    Santangelo Sato Savchenko Schwarzkopf Sepúlveda Sesay Shapiro Shevchenko Shirazi Sigurdsson Silversmith Singh
    Siqueira Solís Somboon Soto Stavros Stojanovic Sundaram Suzuki Szymański Tagoe Takahashi Tafoya Tamihana Tanaka
    Tasi Tekle Thibodeaux Thistlewood Thornquist Tovar Tran Trujillo Tsosie Tuilagi Turay Ueda Underhill Urrutia
    Valadez Valenzuela Vasquez-Boone Velázquez Venkataraman Villalobos Vo Vuong Wadsworth Wanjala Watanabe
    Whitefeather Whitlock Wickramasinghe Willoughby Wolde Xiong Yamaguchi Yang Yazzie Yildirim Yohannes Zamora Zapata
    Zavala Zelenko Zhang Zúñiga
    """.split(),
    "Al Masri",
    "Da Silva",
    "De la Cruz",
    "Del Toro",
    "El Amin",
    "La Fontaine",
    "St. Claire",
    "Van der Berg",
    "Ten Boom",
)


def invent_name(rng: Random) -> Name:
    """One of some hundred thousand names: two thousand students share a few, as they do in life."""
    given, family = rng.choice(_GIVEN), rng.choice(_FAMILY)
    if rng.random() < 0.03:
        given = f"{given} {rng.choice(_GIVEN)}"
    if rng.random() < 0.07:
        family = f"{family}-{rng.choice(_FAMILY)}"
    return Name(given, rng.choice(_GIVEN) if rng.random() < 0.55 else "", family)


def account_name(name: Name) -> str:
    """`t.hale` for Tom Hale. Not unique: the caller adds a number to the second one."""
    plain = "".join(letter for letter in name.family.lower() if letter.isascii() and letter.isalpha())
    return f"{name.given[0].lower()}.{plain}"
