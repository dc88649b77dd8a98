import { DomainError } from '../../platform/errors.ts'

// ISO 3166-1: three letters, then the two letters of the same country. Both forms occur on this API's wire; we keep two.
const countries =
  'ABWAW AFGAF AGOAO AIAAI ALAAX ALBAL ANDAD AREAE ARGAR ARMAM ASMAS ATAAQ ATFTF ATGAG AUSAU AUTAT AZEAZ BDIBI ' +
  'BELBE BENBJ BESBQ BFABF BGDBD BGRBG BHRBH BHSBS BIHBA BLMBL BLRBY BLZBZ BMUBM BOLBO BRABR BRBBB BRNBN BTNBT ' +
  'BVTBV BWABW CAFCF CANCA CCKCC CHECH CHLCL CHNCN CIVCI CMRCM CODCD COGCG COKCK COLCO COMKM CPVCV CRICR CUBCU ' +
  'CUWCW CXRCX CYMKY CYPCY CZECZ DEUDE DJIDJ DMADM DNKDK DOMDO DZADZ ECUEC EGYEG ERIER ESHEH ESPES ESTEE ETHET ' +
  'FINFI FJIFJ FLKFK FRAFR FROFO FSMFM GABGA GBRGB GEOGE GGYGG GHAGH GIBGI GINGN GLPGP GMBGM GNBGW GNQGQ GRCGR ' +
  'GRDGD GRLGL GTMGT GUFGF GUMGU GUYGY HKGHK HMDHM HNDHN HRVHR HTIHT HUNHU IDNID IMNIM INDIN IOTIO IRLIE IRNIR ' +
  'IRQIQ ISLIS ISRIL ITAIT JAMJM JEYJE JORJO JPNJP KAZKZ KENKE KGZKG KHMKH KIRKI KNAKN KORKR KWTKW LAOLA LBNLB ' +
  'LBRLR LBYLY LCALC LIELI LKALK LSOLS LTULT LUXLU LVALV MACMO MAFMF MARMA MCOMC MDAMD MDGMG MDVMV MEXMX MHLMH ' +
  'MKDMK MLIML MLTMT MMRMM MNEME MNGMN MNPMP MOZMZ MRTMR MSRMS MTQMQ MUSMU MWIMW MYSMY MYTYT NAMNA NCLNC NERNE ' +
  'NFKNF NGANG NICNI NIUNU NLDNL NORNO NPLNP NRUNR NZLNZ OMNOM PAKPK PANPA PCNPN PERPE PHLPH PLWPW PNGPG POLPL ' +
  'PRIPR PRKKP PRTPT PRYPY PSEPS PYFPF QATQA REURE ROURO RUSRU RWARW SAUSA SDNSD SENSN SGPSG SGSGS SHNSH SJMSJ ' +
  'SLBSB SLESL SLVSV SMRSM SOMSO SPMPM SRBRS SSDSS STPST SURSR SVKSK SVNSI SWESE SWZSZ SXMSX SYCSC SYRSY TCATC ' +
  'TCDTD TGOTG THATH TJKTJ TKLTK TKMTM TLSTL TONTO TTOTT TUNTN TURTR TUVTV TWNTW TZATZ UGAUG UKRUA UMIUM URYUY ' +
  'USAUS UZBUZ VATVA VCTVC VENVE VGBVG VIRVI VNMVN VUTVU WLFWF WSMWS YEMYE ZAFZA ZMBZM ZWEZW'

// ISO 639-2 (terminological) and 639-1: this API shows three letters, the core keeps two.
const languages =
  'aaraa abkab afraf akaak amham araar argan asmas avaav aveae aymay azeaz bakba bambm belbe benbn bihbh bisbi ' +
  'bodbo bosbs brebr bulbg catca cescs chach chece chucu chvcv corkw cosco crecr cymcy danda deude divdv dzodz ' +
  'ellel engen epoeo estet euseu eweee faofo fasfa fijfj finfi frafr fryfy fulff glagd glega glggl glvgv grngn ' +
  'gujgu hatht hauha hebhe herhz hinhi hmoho hrvhr hunhu hyehy iboig idoio iiiii ikuiu ileie inaia indid ipkik ' +
  'islis itait javjv jpnja kalkl kankn kasks katka kaukr kazkk khmkm kikki kinrw kirky komkv konkg korko kuakj ' +
  'kurku laolo latla lavlv limli linln litlt ltzlb lublu luglg mahmh malml marmr mkdmk mlgmg mltmt monmn mrimi ' +
  'msams myamy nauna navnv nblnr ndend ndong nepne nldnl nnonn nobnb norno nyany ocioc ojioj orior ormom ossos ' +
  'panpa plipi polpl porpt pusps quequ rohrm ronro runrn rusru sagsg sansa sinsi slksk slvsl smese smosm snasn ' +
  'sndsd somso sotst spaes sqisq srdsc srpsr sswss sunsu swasw swesv tahty tamta tattt telte tgktg tgltl thath ' +
  'tirti tonto tsntn tsots tuktk turtr twitw uigug ukruk urdur uzbuz venve vievi volvo wlnwa wolwo xhoxh yidyi ' +
  'yoryo zhaza zhozh zulzu'

// Twenty languages have a second, older code of three letters, which is as common on the wire.
const olderLanguages =
  'albsq armhy baqeu burmy czecs chizh dutnl frefr geoka gerde greel iceis macmk maomi mayms perfa rumro slosk tibbo welcy'

const pairs = (text: string) => text.split(' ').map((pair) => [pair.slice(0, 3), pair.slice(3)] as const)
const countryByAlpha3 = new Map(pairs(countries))
const knownCountries = new Set(countryByAlpha3.values())
const languageByAlpha3 = new Map(pairs(`${languages} ${olderLanguages}`))
const alpha3ByLanguage = new Map(pairs(languages).map(([alpha3, alpha2]) => [alpha2, alpha3]))

/** "CY", "CYP", "cy" to "CY". Refuses what is no country. */
export function decodeCountry(text: string, attribute: string): string {
  const code = text.trim().toUpperCase()
  const alpha2 = countryByAlpha3.get(code) ?? code
  if (!knownCountries.has(alpha2))
    throw new DomainError('request.invalid', { field: attribute, reason: 'is not a country code' })
  return alpha2
}

/** "ENG", "en", "en-GB" to "en". Refuses what is no language. */
export function decodeLanguage(text: string, attribute: string): string {
  const code = text.trim().toLowerCase().split(/[-_]/)[0] ?? ''
  const alpha2 = languageByAlpha3.get(code) ?? code
  if (!alpha3ByLanguage.has(alpha2)) {
    throw new DomainError('request.invalid', { field: attribute, reason: 'is not a language code' })
  }
  return alpha2
}

/** "en" to "ENG"; unknown ones as they are, in upper case. */
export function encodeLanguage(language: string): string {
  const alpha2 = language.toLowerCase().split('-')[0] ?? ''
  return (alpha3ByLanguage.get(alpha2) ?? alpha2).toUpperCase()
}
