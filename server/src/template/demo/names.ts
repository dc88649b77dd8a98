/** Where the demo's customers come from, and what people are called there. */
export interface Culture {
  readonly country: string
  readonly language: string
  /** How often, against the others. */
  readonly weight: number
  /** Followed by as many digits as there are marks. */
  readonly phone: string
  readonly cities: readonly (readonly [name: string, postalCode: string])[]
  readonly streets: readonly string[]
  readonly female: readonly string[]
  readonly male: readonly string[]
  readonly last: readonly string[]
}

const words = (text: string) => text.split(' ')

export const cultures: readonly Culture[] = [
  {
    country: 'DE',
    language: 'de',
    weight: 44,
    phone: '+49151########',
    cities: [
      ['Berlin', '10115'],
      ['Hamburg', '20095'],
      ['München', '80331'],
      ['Köln', '50667'],
      ['Leipzig', '04109'],
      ['Dresden', '01067'],
      ['Bremen', '28195'],
    ],
    streets: words('Hauptstraße Gartenweg Lindenallee Schillerstraße Bahnhofstraße Rosenweg Mühlenstraße'),
    female: words(
      'Anna Lena Katharina Sabine Julia Franziska Miriam Petra Johanna Clara Heike Leyla Elif Birgit Nele Theresa Ayşe',
    ),
    male: words('Jonas Felix Lukas Stefan Matthias Emre Paul Andreas Florian Maximilian Jan Tobias Mehmet Uwe Moritz'),
    last: words(
      'Müller Schmidt Fischer Weber Wagner Becker Hoffmann Schäfer Koch Bauer Richter Klein Wolf Neumann Zimmermann Krüger Yılmaz Hartmann Lange Kaya',
    ),
  },
  {
    country: 'AT',
    language: 'de',
    weight: 8,
    phone: '+43664#######',
    cities: [
      ['Wien', '1010'],
      ['Graz', '8010'],
      ['Salzburg', '5020'],
    ],
    streets: words('Ringstraße Kirchengasse Burggasse Neubaugasse'),
    female: words('Magdalena Eva Christina Verena Hannah Sophie'),
    male: words('Lorenz Dominik Wolfgang Gregor Matthäus Philipp'),
    last: words('Gruber Huber Steiner Moser Pichler Leitner Novak Eder'),
  },
  {
    country: 'GB',
    language: 'en',
    weight: 10,
    phone: '+447400######',
    cities: [
      ['London', 'E1 6AN'],
      ['Manchester', 'M1 1AE'],
      ['Bristol', 'BS1 4DJ'],
      ['Edinburgh', 'EH1 1YZ'],
    ],
    streets: ['High Street', 'Church Lane', 'Victoria Road', 'Mill Lane'],
    female: words('Emily Charlotte Priya Olivia Grace Fiona Amara Isla Hannah Zara'),
    male: words('Oliver James Harry Arjun Thomas Callum Kwame Rhys Daniel George'),
    last: words('Smith Jones Patel Taylor Evans Okafor Campbell Hughes Khan Wright Bennett Murray'),
  },
  {
    country: 'FR',
    language: 'fr',
    weight: 8,
    phone: '+336########',
    cities: [
      ['Paris', '75011'],
      ['Lyon', '69002'],
      ['Strasbourg', '67000'],
    ],
    streets: ['Rue de la Paix', 'Avenue Victor Hugo', 'Rue des Lilas'],
    female: words('Camille Léa Chloé Manon Inès Élodie Nathalie Amélie'),
    male: words('Louis Hugo Théo Mathieu Youssef Antoine Rémi Étienne'),
    last: words('Martin Bernard Dubois Moreau Lefèvre Girard Benali Rousseau Fontaine'),
  },
  {
    country: 'ES',
    language: 'es',
    weight: 6,
    phone: '+34612######',
    cities: [
      ['Madrid', '28013'],
      ['Valencia', '46002'],
      ['Sevilla', '41001'],
    ],
    streets: ['Calle Mayor', 'Calle del Sol', 'Avenida de la Paz'],
    female: words('Lucía Carmen Sofía Marta Inés Pilar'),
    male: words('Javier Álvaro Diego Pablo Sergio Íñigo'),
    last: words('García Martínez López Sánchez Fernández Núñez Ortega Ibáñez'),
  },
  {
    country: 'IT',
    language: 'it',
    weight: 6,
    phone: '+39320#######',
    cities: [
      ['Milano', '20121'],
      ['Bologna', '40121'],
      ['Bolzano', '39100'],
    ],
    streets: ['Via Roma', 'Corso Garibaldi', 'Via Verdi'],
    female: words('Giulia Chiara Francesca Elena Martina Alessia'),
    male: words('Matteo Lorenzo Alessandro Davide Niccolò Luca'),
    last: words('Rossi Ferrari Bianchi Romano Conti Esposito Gallo Marchetti'),
  },
  {
    country: 'NL',
    language: 'nl',
    weight: 6,
    phone: '+316########',
    cities: [
      ['Amsterdam', '1012 AB'],
      ['Utrecht', '3511 LN'],
    ],
    streets: words('Kerkstraat Prinsengracht Molenweg'),
    female: words('Sanne Fleur Anouk Femke Lotte'),
    male: words('Daan Bram Sem Ruben Thijs'),
    last: ['de Vries', 'van Dijk', 'Bakker', 'Visser', 'Jansen', 'van den Berg'],
  },
  {
    country: 'PL',
    language: 'pl',
    weight: 6,
    phone: '+48512######',
    cities: [
      ['Warszawa', '00-001'],
      ['Kraków', '31-001'],
      ['Poznań', '61-001'],
    ],
    streets: words('Długa Polna Ogrodowa'),
    female: words('Agnieszka Zofia Małgorzata Kinga Ewa'),
    male: words('Piotr Jakub Tomasz Michał Łukasz'),
    last: words('Nowak Wójcik Kowalczyk Mazur Zając Krawczyk Kaczmarek'),
  },
  {
    country: 'CZ',
    language: 'cs',
    weight: 4,
    phone: '+420601######',
    cities: [
      ['Praha', '110 00'],
      ['Brno', '602 00'],
    ],
    streets: words('Národní Masarykova Lipová'),
    female: words('Tereza Barbora Jana Eliška'),
    male: words('Jiří Petr Ondřej Vojtěch'),
    last: words('Krejčí Janů Martinů Petrů Hořejší'),
  },
  {
    country: 'SE',
    language: 'en',
    weight: 3,
    phone: '+4670#######',
    cities: [
      ['Stockholm', '111 20'],
      ['Malmö', '211 20'],
    ],
    streets: words('Storgatan Drottninggatan Kungsgatan'),
    female: words('Astrid Maja Elsa Ingrid'),
    male: words('Björn Oskar Nils Åke'),
    last: words('Andersson Lindqvist Söderberg Nyström Åberg'),
  },
  {
    country: 'GR',
    language: 'el',
    weight: 3,
    phone: '+30691#######',
    cities: [['Athína', '105 57']],
    streets: words('Ermou Athinas'),
    female: words('Eleni Maria Sofia Despina'),
    male: words('Giorgos Nikos Dimitris Kostas'),
    last: words('Georgiou Ioannou Dimitriou Konstantinou'),
  },
]
