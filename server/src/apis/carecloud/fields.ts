/**
 * The first-level fields of everything that is listed: by any of them a client may have a list sorted. What holds no single value
 * (an object, a list) or one that all have leaves a list in the order of its ids.
 */
const fields = {
  agreements: 'agreement_id name text withdrawal_text communication_channel_id text_id last_change',
  cards:
    'card_id customer_id card_type_id card_number secondary_card_number valid_from valid_to store_id ' +
    'last_change state',
  cardTypes: 'card_type_id text_id name prefix',
  communicationChannels: 'communication_channel_id name text_id',
  countries: 'country_id name state',
  currencies: 'currency_id name code',
  customers: 'customer_id personal_information doi_email doi_phone last_change state',
  customerSources: 'customer_source_id name customer_source_text_id state last_change',
  customerSourceRecords: 'customer_source_record_id customer_source_id customer_id external_id last_change',
  additionalAddresses: 'additional_address_id address_type address',
  addressTypes: 'address_type_id name last_change',
  customerTypes: 'type_id name last_change',
  relationTypes: 'customer_relation_type_id name last_change state',
  relatedCustomers:
    'customer_relation_id related_customer_id short_name customer_relation_type_id is_leading valid_from ' +
    'valid_to last_change state',
  referrals: 'referral_id code customer_id referral_campaign_id valid_to',
  partnerRecords: 'partner_record_id partner_id last_change',
  statusRecords: 'status_record_id status_id customer_id valid_from valid_to purchase_conditions last_change state',
  propertyRecords: 'property_record_id property_id property_name property_value last_change',
  properties: 'property_id name description data_type items is_required is_unique last_change state',
  engagementSetups: 'setup_id setup state',
  events:
    'event_id event_type_id customer_id external_id data created_at secondary_external_id state ' + 'property_records',
  eventGroups: 'event_group_id name text_id state',
  eventTypes: 'event_type_id event_group_id event_group_text_id name text_id icon_name state',
  applications: 'external_application_id text_id name last_change state',
  interests: 'interest_id name',
  messages:
    'message_id status message_template_id customer_id contact title send_time opened_time ' +
    'mail_client_user_agent mail_client_language communication_channel_id message_data attachments last_change',
  messageTemplates:
    'message_template_id consent_free_template subject sender name preview_url icon_url ' +
    'message_template_group_id communication_channel_id template_data last_change',
  partners: 'partner_id name address registration_id vat_id email phone state',
  paymentTypes: 'payment_type_id name last_change',
  points:
    'point_id customer_id assigned_points available_points point_type_id partner_id valid_to state created_at ' +
    'note',
  pointHistory:
    'customer_id point_amount point_operation_type point_operation_note point_type_id partner_id store_id ' +
    'point_history_record_time extended_data',
  pointReservations: 'points_reservation_id customer_id external_id quantity state expiration',
  pointTypes: 'point_type_id name last_change',
  credits:
    'credit_id customer_id assigned_credits available_credits credit_type_id partner_id valid_to currency_id ' +
    'state note',
  creditHistory:
    'customer_id amount credit_operation_type credit_operation_note partner_id currency_id store_id ' +
    'credit_history_record_time',
  creditTypes: 'credit_type_id name last_change',
  products:
    'product_id name code external_id plu_ids product_group_id product_brand_id partner_id prices ' +
    'additional_properties image_urls last_change state tags',
  productBrands: 'product_brand_id name external_id',
  productGroups:
    'product_group_id name parent_product_group_id parent_external_id code external_id store_id partner_id ' +
    'last_change state',
  purchases:
    'purchase_id customer_id store_id external_purchase_id payment_time items_count purchase_items type_id ' +
    'total_price currency_id card_number cashdesk_number last_change property_records',
  purchaseItems:
    'purchase_item_id product_id product_name product_group_id product_group_name product_brand_id ' +
    'product_brand_name external_id purchase_item_type_id price amount vat_rate additional_properties',
  purchaseTypes: 'type_id name text_id',
  purchaseItemTypes: 'type_id name text_id',
  recommendations:
    'recommendation_id name brief_description detailed_description content picture_urls web_url last_change ' + 'state',
  rewards:
    'reward_id code name note subtitle points_cost valid_time_from valid_time_to reward_group reward_type_id ' +
    'store_list additional_properties priority image_urls reward_external_url has_product_condition ' +
    'has_group_condition has_brand_condition has_product_bonus has_group_bonus has_brand_bonus ' +
    'reward_product_relation_conditions reward_product_relation_bonuses is_automated tags last_change state',
  rewardProducts:
    'product_id name code external_id plu_ids product_group_id product_brand_id partner_id prices ' +
    'additional_properties image_urls last_change state tags minimum_number_of_products ' +
    'reward_product_relation_types',
  rewardProductGroups:
    'product_group_id name parent_product_group_id parent_external_id code external_id store_id partner_id ' +
    'last_change state reward_product_relation_types',
  rewardProductBrands: 'product_brand_id name external_id reward_product_relation_types',
  rewardTypes: 'reward_type_id name last_change',
  segments: 'segment_id name segment_group_id segment_picture_url note last_change',
  segmentGroups: 'segment_group_id name parent_group_id note text_id last_change',
  statuses:
    'status_id name description qualification_period qualification_turnover qualification_points ' +
    'previous_status next_status validity_period collection_points payment_points qualification_type discount ' +
    'overall_discount_on_discounted_purchase_items text_id last_change',
  stores:
    'store_id store_code name store_address contact_email manager_name phone_number partner_id system_id ' +
    'gps_coordinates url_address opening image_urls visibility_for_customer short_description description ' +
    'registration_id last_change state',
  storeGroups: 'store_group_id name last_change',
  tags: 'tag_id name text_id state last_change',
  users: 'user_id login first_name last_name email phone user_role_ids store_id last_login',
  userRoles: 'user_role_id name',
  vouchers:
    'voucher_id customer_id store_id code value applied_date valid_from valid_to reward_group note reward ' +
    'created_at last_change state',
} as const satisfies Readonly<Record<string, string>>

export function fieldsOf(list: keyof typeof fields): readonly string[] {
  return fields[list].split(' ')
}
